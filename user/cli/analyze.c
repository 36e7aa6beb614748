/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * yagura analyze: the stages of the sensor, offline, on capture files.
 *
 * Deterministic: keys are fixed, time is the capture's. The same files print the same bytes.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/frame.h"
#include "capture/pcap.h"
#include "cli/archive.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/document.h"
#include "cli/exchanges.h"
#include "cli/lines.h"
#include "cli/links.h"
#include "cli/prefixes.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/sarif.h"
#include "cli/spool.h"
#include "cli/table.h"
#include "cli/tables.h"
#include "cli/testcase.h"
#include "daemon/classes.h"
#include "daemon/keyfile.h"
#include "daemon/names.h"
#include "daemon/options.h"
#include "daemon/pipeline.h"
#include "daemon/templates.h"
#include "endpoint/specs.h"

#define OUTPUT_BUFFER (256u << 10) /* bytes; one write(2) per 500 lines */

/*
 * Offline keys are constants: a run must not depend on the machine. A capture that was built to
 * collide in a hash table slows its own run down and nothing else.
 */
static const struct yg_hash_key table_key = { 0x7961677572612d31u, 0x6f66666c696e6531u };
static const struct yg_hash_key identity_key = { 0x7961677572612d32u, 0x6f66666c696e6532u };

const struct yg_cli_option yg_analyze_options[] = {
	{ .name = "config", .value = "FILE", .help = "read trusted proxies and limits from FILE" },
	{ .name = "fapi",
	  .value = "PROFILE",
	  .help = "judge by this profile of FAPI: off, 1-baseline, 1-advanced or 2" },
	{ .name = "jwks",
	  .value = "FILE",
	  .help = "verify tokens with the keys of this JWKS file" },
	{ .name = "exchanges",
	  .help = "print every exchange, with what the whole capture teaches" },
	{ .name = "fail-on",
	  .value = "SEVERITY",
	  .help = "exit 3 on a finding of at least SEVERITY" },
	{ .name = "openapi",
	  .value = "FILE",
	  .help = "print where traffic and the OpenAPI document FILE differ" },
	{ .name = "openapi-out",
	  .value = "FILE",
	  .help = "write what was learned as OpenAPI 3.1, as JSON if FILE ends in .json" },
	{ .name = "own",
	  .value = "CIDR",
	  .help = "addresses of the host: what they ask of others is outbound",
	  .many = true },
	{ .name = "sarif",
	  .value = "FILE",
	  .help = "write findings and differences as SARIF 2.1.0, for code scanning" },
	{ .name = "testcases",
	  .value = "FILE",
	  .help = "write checks to replay, as `yagura testcases` does; HTTP if FILE ends in .http" },
	{ .name = "trusted-proxy",
	  .value = "CIDR",
	  .help = "believe X-Forwarded-For and its kin from these peers",
	  .many = true },
	{ 0 },
};

struct run {
	const struct yg_cli_args *args;
	struct yg_options config;
	struct yg_prefix_list own;
	char *jwks; /* text of the key set; NULL none */
	long jwks_len;
	struct yg_pipeline *pipeline;
	struct yg_classes classes;
	char error[YG_OPTIONS_ERROR_CAP]; /* "" or what is wrong with a class of data */
	struct yg_names names;		  /* the pipeline looks into it */
	struct yg_templates *templates;	  /* likewise */
	struct yg_specs *specs;		  /* likewise */
	struct yg_spool *spool;		  /* NULL without --exchanges */
	struct yg_json *json;
	struct yg_segment meta; /* of the frame at hand; data[] is not used */
	struct yg_run_totals totals;
	struct yg_report *report;
	struct yg_sarif *sarif;	  /* NULL without --sarif */
	enum yg_severity fail_on; /* YG_SEVERITY_MAX: never */
	bool severe;		  /* a finding at or above fail_on was seen */
	struct yg_links links;	  /* with --exchanges */
	char *output;		  /* [OUTPUT_BUFFER] of args->out; NULL: its own */
	bool failed;		  /* a file failed, or the output did */
	struct yg_progress bar;
};

static void clean_run(struct run *run)
{
	if (run->output) {
		(void)fflush(run->args->out);
		(void)setvbuf(run->args->out, NULL, _IONBF, 0);
		free(run->output);
	}
	free(run->jwks);
	yg_options_clean(&run->config);
	free(run->own.items);
	yg_pipeline_free(&run->pipeline);
	yg_names_clean(&run->names);
	yg_templates_free(&run->templates);
	yg_specs_free(&run->specs);
	yg_spool_free(&run->spool);
	yg_links_clean(&run->links);
	yg_report_free(&run->report);
	yg_sarif_free(&run->sarif);
	yg_json_free(&run->json);
}

static enum yg_exit refuse(const struct yg_cli_args *args, const char *what, const char *cause)
{
	(void)fprintf(args->err, "yagura: analyze: %s: %s\n", what, cause);
	return YG_EXIT_USAGE;
}

static int load_config(struct run *run, char *ret_error)
{
	const char *path = yg_cli_value(run->args, "config");
	FILE *file;
	int r;

	ret_error[0] = '\0';
	if (!path)
		return 0;
	file = fopen(path, "re");
	if (!file) {
		r = -errno;
		(void)snprintf(ret_error, YG_OPTIONS_ERROR_CAP, "%.255s: %s", path, strerror(-r));
		return r;
	}
	r = yg_options_from_file(&run->config, file, path, ret_error);
	(void)fclose(file);
	return r;
}

static int read_fapi(struct run *run)
{
	static const char *const names[YG_FAPI_MAX] = { "off", "1-baseline", "1-advanced", "2" };
	const char *text = yg_cli_value(run->args, "fapi");

	for (unsigned int i = 0; text && i < YG_FAPI_MAX; i++) {
		if (strcmp(text, names[i]) != 0)
			continue;
		run->config.fapi = i;
		return 0;
	}
	return text ? -EINVAL : 0;
}

static enum yg_exit read_options(struct run *run)
{
	const char *jwks = yg_cli_value(run->args, "jwks");
	const char *fail_on = yg_cli_value(run->args, "fail-on");
	const char *proxies = yg_cli_value(run->args, "trusted-proxy");
	const char *own = yg_cli_value(run->args, "own");
	char error[YG_OPTIONS_ERROR_CAP];

	if (yg_options_init(&run->config))
		return yg_cli_fail(run->args, "analyze: %s", strerror(ENOMEM));
	if (fail_on && yg_cli_severity(fail_on, &run->fail_on))
		return refuse(run->args, "--fail-on",
			      "not one of info, low, medium, high, critical");
	if (load_config(run, error))
		return yg_cli_fail(run->args, "%s", error);
	if (read_fapi(run))
		return refuse(run->args, "--fapi", "not one of off, 1-baseline, 1-advanced, 2");
	run->jwks_len = yg_keyfile_read(jwks ? jwks : run->config.jwks, &run->jwks);
	if (run->jwks_len < 0)
		return yg_cli_fail(run->args, "%s: %s", jwks ? jwks : run->config.jwks,
				   strerror((int)-run->jwks_len));
	if (yg_cli_prefixes(&run->config.trusted_proxies, proxies))
		return refuse(run->args, "--trusted-proxy", "not an address or CIDR");
	if (yg_cli_prefixes(&run->own, own))
		return refuse(run->args, "--own", "not an address or CIDR");
	return YG_EXIT_DONE;
}

static void take_exchange(void *ctx, const struct yg_subject *subject,
			  const struct yg_observation *observation)
{
	struct run *run = ctx;
	struct yg_spooled item;

	run->totals.exchanges++;
	if (!run->spool)
		return;
	item = yg_spooled_from(subject, observation);
	yg_spool_put(run->spool, &item);
}

/* What does not fit is printed without its parent. */
static void take_link(void *ctx, uint64_t child, uint64_t parent)
{
	struct run *run = ctx;

	if (run->spool)
		(void)!yg_links_add(&run->links, child, parent);
}

static void take_handshake(void *ctx, const struct yg_handshake *handshake,
			   const struct yg_peer *client)
{
	struct run *run = ctx;

	run->totals.handshakes++;
	if (!run->args->json)
		return;
	yg_lines_handshake(run->json, handshake, client);
	if (yg_json_flush_line(run->json, run->args->out))
		run->failed = true;
}

static void take_websocket(void *ctx, const struct yg_websocket *websocket)
{
	struct run *run = ctx;
	struct yg_websocket shown = *websocket;

	if (!run->args->json || !websocket->is_ended)
		return;
	shown.target = yg_knowledge_mask_target(yg_pipeline_knowledge(run->pipeline), NULL, NULL,
						websocket->target);
	yg_lines_websocket(run->json, &shown);
	if (yg_json_flush_line(run->json, run->args->out))
		run->failed = true;
}

/* For more than one thread. */
static bool has_processors(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

static int build(struct run *run)
{
	struct yg_pipeline_options options = {
		.table_key = table_key,
		.identity_key = identity_key,
		.mode = YG_MODE_OBSERVE,
		.names = &run->names.names,
		.trusted_proxies = run->config.trusted_proxies.items,
		.trusted_proxies_count = (uint32_t)run->config.trusted_proxies.count,
		.own_prefixes = run->own.items,
		.own_count = (uint32_t)run->own.count,
		.memory_bytes = run->config.memory,
		.threaded = has_processors(),
		.fapi = (enum yg_fapi)run->config.fapi,
		.jwks = { run->jwks, (size_t)run->jwks_len },
		.data_each = run->args->json && yg_cli_value(run->args, "exchanges"),
	};
	const struct yg_pipeline_sink sink = {
		.ctx = run,
		.on_exchange = take_exchange,
		.on_handshake = take_handshake,
		.on_websocket = take_websocket,
		.on_link = take_link,
	};
	int r = yg_json_new(&run->json);

	if (r == 0)
		r = yg_report_new(run->args, &run->report);
	if (r == 0)
		r = yg_sarif_new(run->args, &run->sarif);
	if (r == 0)
		r = yg_names_from_options(&run->config, &run->names);
	if (r == 0)
		r = yg_templates_from_options(&run->config, &run->templates, run->error,
					      sizeof(run->error));
	options.templates = run->templates;
	if (r == 0)
		r = yg_specs_new(&run->specs);
	options.specs = run->specs;
	if (r == 0)
		r = yg_classes_from_options(&run->config, &run->classes, run->error,
					    sizeof(run->error));
	options.data = run->classes.options;
	options.error = run->error;
	options.error_cap = sizeof(run->error);
	if (r == 0)
		r = yg_pipeline_new(&options, &sink, &run->pipeline);
	return r;
}

static enum yg_exit open_spool(struct run *run)
{
	const char *dir = secure_getenv("TMPDIR");
	int r;

	if (!yg_cli_value(run->args, "exchanges"))
		return YG_EXIT_DONE;
	dir = dir && dir[0] ? dir : "/tmp";
	r = yg_spool_new(dir, &run->spool);
	if (r)
		return yg_cli_fail(run->args, "temporary file in %s: %s", dir, strerror(-r));
	return YG_EXIT_DONE;
}

static void take_frame(struct run *run, const struct yg_frame *frame)
{
	struct yg_run_totals *totals = &run->totals;
	const uint8_t *data;
	enum yg_frame_row outcome = yg_frame_decode(frame, &run->meta, &data);

	if (totals->frames.rx == 0 || frame->time_ns < totals->first_ns)
		totals->first_ns = frame->time_ns;
	if (frame->time_ns > totals->last_ns)
		totals->last_ns = frame->time_ns;
	yg_frame_count(&totals->frames, outcome);
	if (outcome == YG_FRAME_ROW_SEGMENT)
		yg_pipeline_segment(run->pipeline, &run->meta, data);
	else if (outcome == YG_FRAME_ROW_SKIP_PROTO)
		totals->others[yg_frame_other(frame)]++;
}

static void take_entry(void *ctx, const struct yg_exchange *exchange)
{
	struct run *run = ctx;
	struct yg_run_totals *totals = &run->totals;

	if (totals->first_ns == 0 || exchange->request.start_ns < totals->first_ns)
		totals->first_ns = exchange->request.start_ns;
	if (exchange->response.end_ns > totals->last_ns)
		totals->last_ns = exchange->response.end_ns;
	yg_pipeline_exchange(run->pipeline, exchange);
}

static void read_archive(struct run *run, const char *path)
{
	int r = yg_archive_read(path, take_entry, run);

	run->totals.files++;
	if (r == 0)
		return;
	run->failed = true;
	run->totals.files_failed++;
	(void)yg_cli_fail(run->args, "%s: %s", path,
			  r == -EINVAL ? "not an HTTP archive, or cut" : strerror(-r));
}

/* What was read before a failure stays; the failure is one line and the exit code. */
static void read_file(struct run *run, const char *path)
{
	YG_CLEANUP(yg_pcap_close) struct yg_pcap *pcap = NULL;
	char error[YG_PCAP_ERROR_CAP];
	struct yg_frame frame;
	int r = yg_pcap_open(path, &pcap, error);

	run->totals.files++;
	if (r == 0) {
		while ((r = yg_pcap_next(pcap, &frame)) == 1) {
			take_frame(run, &frame);
			yg_progress_draw(&run->bar, path, pcap);
		}
		yg_progress_clear(&run->bar);
	}
	if (r < 0) {
		run->failed = true;
		run->totals.files_failed++;
		(void)yg_cli_fail(run->args, "%s: %s", path, pcap ? yg_pcap_error(pcap) : error);
	}
}

static void flush_line(struct run *run)
{
	if (yg_json_flush_line(run->json, run->args->out))
		run->failed = true;
}

static int print_exchange_rows(struct run *run)
{
	struct yg_knowledge *knowledge = yg_pipeline_knowledge(run->pipeline);
	struct yg_spooled item;
	int r = 0;

	while (!ferror(run->args->out) && (r = yg_spool_next(run->spool, &item)) == 1) {
		item.target = yg_knowledge_mask_target(knowledge, NULL, NULL, item.target);
		yg_tables_exchange(run->args->out, run->args->columns, &item);
	}
	if (run->totals.exchanges > 0)
		(void)fputc('\n', run->args->out);
	return r < 0 ? r : 0;
}

static int print_exchanges(struct run *run)
{
	const struct yg_exchange_lines lines = {
		.spool = run->spool,
		.knowledge = yg_pipeline_knowledge(run->pipeline),
		.links = &run->links,
		.json = run->json,
		.out = run->args->out,
		.threaded = has_processors(),
	};
	int r = run->spool ? yg_spool_rewind(run->spool) : 0;

	if (!run->spool || r)
		return r;
	r = yg_links_sort(&run->links);
	if (r)
		return r;
	return run->args->json ? yg_exchange_lines_print(&lines) : print_exchange_rows(run);
}

static void print_endpoint(void *ctx, const struct yg_endpoint *endpoint)
{
	struct run *run = ctx;
	const struct yg_knowledge *knowledge = yg_pipeline_knowledge(run->pipeline);
	struct yg_assessment assessment;
	const struct yg_lines_known known = {
		.assessment = &assessment,
		.data = yg_knowledge_data(knowledge),
		.schema = yg_knowledge_schema(knowledge, endpoint),
		.talk = yg_knowledge_talk(knowledge, endpoint->id),
		.exposure = yg_knowledge_exposure(knowledge, endpoint),
		.knowledge = knowledge,
	};

	yg_knowledge_assessment(knowledge, endpoint, &assessment);
	run->totals.endpoints++;
	if (yg_report_endpoint(run->report, endpoint, &assessment, known.data))
		run->failed = true;
	if (!run->args->json)
		return;
	yg_lines_endpoint(run->json, endpoint, &known);
	flush_line(run);
}

static void print_relation(void *ctx, const struct yg_relation *relation)
{
	struct run *run = ctx;
	const struct yg_knowledge *knowledge = yg_pipeline_knowledge(run->pipeline);
	const struct yg_endpoint *into = yg_knowledge_endpoint(knowledge, relation->into);

	if (!into)
		return;
	yg_lines_relation(run->json, relation, yg_knowledge_endpoint(knowledge, relation->from),
			  into);
	flush_line(run);
}

static void print_take(void *ctx, const struct yg_take *take)
{
	struct run *run = ctx;

	yg_lines_take(run->json, take, yg_pipeline_knowledge(run->pipeline));
	flush_line(run);
}

static void print_party(void *ctx, const struct yg_party *party)
{
	struct run *run = ctx;

	yg_lines_party(run->json, party, yg_pipeline_knowledge(run->pipeline));
	flush_line(run);
}

static void print_finding(void *ctx, const struct yg_finding *finding)
{
	struct run *run = ctx;

	/* What is resolved by the end of the capture is no reason to stop a build. */
	run->severe = run->severe ||
		      (finding->state != YG_STATE_RESOLVED && finding->severity >= run->fail_on);
	run->totals.findings++;
	if (yg_report_finding(run->report, finding))
		run->failed = true;
	yg_sarif_finding(run->sarif, finding);
	if (!run->args->json)
		return;
	yg_lines_finding(run->json, finding);
	flush_line(run);
}

static void print_services(struct run *run)
{
	size_t count = 0;
	const struct yg_report_service *services = yg_report_services(run->report, &count);

	for (size_t i = 0; i < count; i++) {
		yg_lines_service(run->json, &services[i]);
		flush_line(run);
	}
}

static void print_summary(struct run *run)
{
	if (!run->args->json) {
		yg_tables_summary(run->args, &run->totals);
		return;
	}
	yg_lines_summary(run->json, &run->totals, run->report, run->pipeline);
	flush_line(run);
}

static enum yg_exit print_all(struct run *run)
{
	struct yg_knowledge *knowledge = yg_pipeline_knowledge(run->pipeline);
	const char *document = yg_cli_value(run->args, "openapi-out");
	struct yg_document_known known = { run->args, knowledge };
	const struct yg_document_source source = { yg_document_each_known, &known };
	enum yg_severity worst = YG_SEVERITY_MAX;
	int r = print_exchanges(run);

	if (r)
		return yg_cli_fail(run->args, "temporary file: %s", strerror(-r));
	yg_knowledge_assess(knowledge);
	if (yg_knowledge_endpoints(knowledge, print_endpoint, run) < 0 ||
	    yg_knowledge_findings(knowledge, print_finding, run) < 0)
		return yg_cli_fail(run->args, "analyze: %s", strerror(ENOMEM));
	if (!run->args->json) {
		yg_report_print(run->report);
	} else {
		print_services(run);
		yg_knowledge_relations(knowledge, print_relation, run);
		yg_knowledge_parties(knowledge, print_party, run);
		yg_knowledge_takes(knowledge, print_take, run);
	}
	if (yg_cli_value(run->args, "openapi") &&
	    yg_document_compare(run->args, &source, yg_specs_at(run->specs, 0), run->json,
				run->sarif, &worst) != YG_EXIT_DONE)
		return YG_EXIT_FAILED;
	run->severe = run->severe || (worst != YG_SEVERITY_MAX && worst >= run->fail_on);
	if (document && yg_document_write(run->args, knowledge, document) != YG_EXIT_DONE)
		return YG_EXIT_FAILED;
	if (run->sarif && yg_sarif_write(run->sarif, !run->failed) != YG_EXIT_DONE)
		return YG_EXIT_FAILED;
	if (yg_cli_value(run->args, "testcases") &&
	    yg_testcases_known(run->args, knowledge) != YG_EXIT_DONE)
		return YG_EXIT_FAILED;
	print_summary(run);
	if (run->failed ||
	    ferror(run->args->out)) /* yg_cli_main() says what the output failed of */
		return YG_EXIT_FAILED;
	return run->severe ? YG_EXIT_FINDINGS : YG_EXIT_DONE;
}

enum yg_exit yg_command_analyze(const struct yg_cli_args *args)
{
	YG_CLEANUP(clean_run) struct run run = { .args = args, .fail_on = YG_SEVERITY_MAX };
	enum yg_exit code = read_options(&run);
	int r;

	if (code != YG_EXIT_DONE)
		return code;
	r = build(&run);
	if (r && run.error[0])
		return yg_cli_fail(args, "%s", run.error);
	if (r)
		return yg_cli_fail(args, "analyze: %s", strerror(-r));
	code = yg_document_specs(args, &run.config, run.specs, run.templates);
	if (code == YG_EXIT_DONE)
		code = open_spool(&run);
	if (code != YG_EXIT_DONE)
		return code;
	/* Without a buffer of ours glibc takes one of a page. */
	run.output = malloc(OUTPUT_BUFFER);
	if (run.output)
		(void)setvbuf(args->out, run.output, _IOFBF, OUTPUT_BUFFER);
	run.bar = yg_progress_on(args->err);

	for (size_t i = 0; i < args->item_count && !run.failed; i++)
		if (yg_archive_is(args->items[i]))
			read_archive(&run, args->items[i]);
		else
			read_file(&run, args->items[i]);
	if (run.failed && run.totals.first_ns == 0)
		return YG_EXIT_FAILED;
	yg_pipeline_finish(run.pipeline);
	return print_all(&run);
}
