/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The option table and the values behind it. The command line is read here, YAML in
 * options_yaml.c, texts for people are written in options_text.c; all by the same rows.
 */
#include "daemon/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/classes.h"
#include "daemon/options_value.h"
#include "daemon/templates.h"

#define OPTION(member) offsetof(struct yg_options, member)
#define KIB	       1024ull
#define MIB	       (1024ull * KIB)
#define GIB	       (1024ull * MIB)
#define MINUTE	       60ull
#define DAY	       (24ull * 3600ull)

static const char *const modes[] = { "observe", "approve", "enforce", NULL };
static const char *const xdp_choices[] = { "auto", "native", "generic", "off", NULL };
static const char *const capture_choices[] = { "tc", "xdp", NULL };
static const char *const rest_choices[] = { "auto", "never", NULL };
static const char *const fapi_profiles[] = { "off", "1-baseline", "1-advanced", "2", NULL };
static const char *const log_levels[] = { "error", "warning", "info", "debug", NULL };

/* clang-format off */
static const struct yg_option table[] = {
{ .name = "config", .type = YG_OPTION_TEXT, .offset = OPTION(config), .initial = "",
  .value = "FILE", .command = true,
  .help = "Read options from FILE (YAML, the names of this list as keys); without this option "
	  YG_CONFIG_PATH " is read if it exists" },
{ .name = "interface", .type = YG_OPTION_TEXTS, .offset = OPTION(interfaces),
  .value = "IF",
  .help = "Attach to interface IF; 'any' is every interface that is up, loopback included; without "
	  "this option every interface that is up, but not loopback" },
{ .name = "mode", .type = YG_OPTION_CHOICE, .offset = OPTION(mode), .initial = "observe",
  .value = "MODE", .choices = modes, .reloadable = false,
  .help = "What a finding may do: observe attaches nothing that can drop, approve lets an operator "
	  "decide on each block, enforce blocks at once" },
{ .name = "xdp", .type = YG_OPTION_CHOICE, .offset = OPTION(xdp), .initial = "auto",
  .value = "MODE", .choices = xdp_choices,
  .help = "XDP mode of the guard; auto takes native where it is the best, else generic, else TC" },
{ .name = "capture", .type = YG_OPTION_CHOICE, .offset = OPTION(capture), .initial = "tc",
  .value = "HOOK", .choices = capture_choices,
  .help = "Where incoming plaintext is sampled; xdp is for drivers where TC is too late" },
{ .name = "tls", .type = YG_OPTION_FLAG, .offset = OPTION(tls), .initial = "true",
  .help = "Read TLS plaintext at the TLS libraries of server processes" },
{ .name = "scope-netns", .type = YG_OPTION_TEXTS, .offset = OPTION(scope_netns),
  .value = "NS",
  .help = "Read only traffic of network namespace NS: inode number, path, or name below /run/netns" },
{ .name = "scope-cgroup", .type = YG_OPTION_TEXTS, .offset = OPTION(scope_cgroups),
  .value = "PATH",
  .help = "Read TLS plaintext only of processes in cgroup PATH or below it" },
{ .name = "scope-process", .type = YG_OPTION_TEXTS, .offset = OPTION(scope_processes),
  .value = "NAME",
  .help = "Read TLS plaintext only of processes called NAME" },
{ .name = "allow", .type = YG_OPTION_PREFIXES, .offset = OPTION(allow), .value = "CIDR",
  .reloadable = true,
  .help = "Never block these addresses; own addresses, gateways and resolvers never are" },
{ .name = "trusted-proxy", .type = YG_OPTION_PREFIXES, .offset = OPTION(trusted_proxies),
  .value = "CIDR",
  .help = "Believe the forwarding headers of these addresses, and never block them" },
{ .name = "api-key-header", .type = YG_OPTION_TEXTS, .offset = OPTION(api_key_headers),
  .value = "NAME",
  .help = "Request header NAME holds an API key that names the caller, besides the usual ones" },
{ .name = "api-key-query", .type = YG_OPTION_TEXTS, .offset = OPTION(api_key_queries),
  .value = "NAME",
  .help = "Query parameter NAME holds an API key that names the caller" },
{ .name = "session-cookie", .type = YG_OPTION_TEXTS, .offset = OPTION(session_cookies),
  .value = "NAME",
  .help = "Cookie NAME is the session that names the caller" },
{ .name = "data-class", .type = YG_OPTION_TEXTS, .offset = OPTION(data_classes),
  .value = "CLASS", .check = yg_classes_check_class,
  .help = "Look for sensitive data of your own: 'NAME pattern=RE keys=RE check=luhn in=response'; "
	  "all but the name and one of the first two may be left out" },
{ .name = "data-class-off", .type = YG_OPTION_TEXTS, .offset = OPTION(data_classes_off),
  .value = "NAME", .check = yg_classes_check_off,
  .help = "Do not look for this class of sensitive data, like ip-address" },
{ .name = "template", .type = YG_OPTION_TEXTS, .offset = OPTION(templates),
  .value = "TEMPLATE", .check = yg_templates_check,
  .help = "Paths like /v1/{tenant}/reports are one endpoint, or with a service before it, "
	  "'api.example.com /v1/{tenant}/reports', only there" },
{ .name = "openapi", .type = YG_OPTION_TEXTS, .offset = OPTION(openapi), .value = "FILE",
  .help = "Compare traffic with this OpenAPI document, of the services that its servers name, or "
	  "with a service before it, 'api.example.com /etc/yagura/api.yaml', of that one" },
{ .name = "block-ttl", .type = YG_OPTION_DURATION, .offset = OPTION(block_ttl_s), .initial = "1h",
  .value = "TIME", .min = 1, .max = 30 * DAY,
  .help = "How long a block lasts" },
{ .name = "block-share", .type = YG_OPTION_COUNT, .offset = OPTION(block_share_percent),
  .initial = "10", .value = "PERCENT", .min = 1, .max = 100, .reloadable = true,
  .help = "Refuse a block that would cut more than this share of the callers of the last ten "
	  "minutes (five callers may always be cut)" },
{ .name = "block-rate", .type = YG_OPTION_COUNT, .offset = OPTION(block_rate_per_min),
  .initial = "60", .value = "COUNT", .min = 1, .max = 100000, .reloadable = true,
  .help = "Most automatic blocks per minute" },
{ .name = "body-budget", .type = YG_OPTION_BYTES, .offset = OPTION(body_budget), .initial = "8K",
  .value = "BYTES", .min = 512, .max = YG_SEGMENT_MAX,
  .help = "Bytes sampled of each message, head included; the rest is only counted" },
{ .name = "sample", .type = YG_OPTION_TEXT, .offset = OPTION(sample), .initial = "auto",
  .value = "SHARE", .reloadable = true,
  .help = "Share of flows that is sampled: 1/8, 0.125, 1; auto samples everything until rings fill "
	  "up or the CPU budget is used up, then as much as fits" },
{ .name = "cpu-budget", .type = YG_OPTION_COUNT, .offset = OPTION(cpu_budget_percent),
  .initial = "5", .value = "PERCENT", .min = 1, .max = 100, .reloadable = true,
  .help = "CPU that the sensor may use, in percent of all cores, what its programs and probes cost "
	  "the servers included; sampling keeps it, and rests of the TLS probes (--tls-rest)" },
{ .name = "tls-rest", .type = YG_OPTION_CHOICE, .offset = OPTION(tls_rest), .initial = "auto",
  .value = "WHEN", .choices = rest_choices, .reloadable = true,
  .help = "Take the probes of TLS off for a part of each second while they cost more than the CPU "
	  "budget has room for (a probe costs the servers time whatever is sampled); what passes "
	  "meanwhile is estimated. never: keep them on, and the servers pay" },
{ .name = "ring-size", .type = YG_OPTION_BYTES, .offset = OPTION(ring_size), .initial = "8M",
  .value = "BYTES", .min = 64 * KIB, .max = GIB,
  .help = "Size of each ring buffer; a power of two" },
{ .name = "memory", .type = YG_OPTION_BYTES, .offset = OPTION(memory), .initial = "0",
  .value = "BYTES", .min = 0, .max = 1024 * GIB,
  .help = "Budget of the analyzer's tables; 0 takes the built-in one" },
{ .name = "heartbeat-limit", .type = YG_OPTION_DURATION, .offset = OPTION(heartbeat_limit_s),
  .initial = "10s", .value = "TIME", .min = 1, .max = DAY, .reloadable = true,
  .help = "Pass everything when the daemon has been gone for longer than this" },
{ .name = "fail-closed", .type = YG_OPTION_FLAG, .offset = OPTION(fail_closed), .initial = "false",
  .reloadable = true,
  .help = "Keep dropping what is blocked even when the daemon is gone" },
{ .name = "retention-days", .type = YG_OPTION_COUNT, .offset = OPTION(retention_days),
  .initial = "90", .value = "DAYS", .min = 1, .max = 3650,
  .help = "How long findings, endpoints and aggregates are kept" },
{ .name = "state-dir", .type = YG_OPTION_TEXT, .offset = OPTION(state_dir),
  .initial = "/var/lib/yagura", .value = "DIR",
  .help = "Directory of the databases" },
{ .name = "run-dir", .type = YG_OPTION_TEXT, .offset = OPTION(run_dir), .initial = "/run/yagura",
  .value = "DIR",
  .help = "Directory of the API socket yagura.sock and of the lock" },
{ .name = "bpffs", .type = YG_OPTION_TEXT, .offset = OPTION(bpffs),
  .initial = "/sys/fs/bpf/yagura", .value = "DIR",
  .help = "Directory on a BPF file system where maps and links are pinned" },
{ .name = "user", .type = YG_OPTION_TEXT, .offset = OPTION(user), .initial = "", .value = "NAME",
  .help = "User of the unprivileged roles; without this option yagura, else nobody" },
{ .name = "metrics-listen", .type = YG_OPTION_TEXT, .offset = OPTION(metrics_listen),
  .initial = "", .value = "ADDR:PORT",
  .help = "Serve /metrics at this loopback address too" },
{ .name = "fapi", .type = YG_OPTION_CHOICE, .offset = OPTION(fapi), .initial = "off",
  .value = "PROFILE", .choices = fapi_profiles,
  .help = "Judge authorization servers and APIs by this profile of FAPI" },
{ .name = "jwks", .type = YG_OPTION_TEXT, .offset = OPTION(jwks), .initial = "", .value = "FILE",
  .help = "Verify tokens with the public keys of this JWKS file too, besides key sets that are "
	  "served through this host" },
{ .name = "log-level", .type = YG_OPTION_CHOICE, .offset = OPTION(log_level), .initial = "info",
  .value = "LEVEL", .choices = log_levels, .reloadable = true,
  .help = "Most detailed lines of the log" },
{ .name = "check", .type = YG_OPTION_FLAG, .offset = OPTION(check), .initial = "false",
  .command = true,
  .help = "Check the configuration, print what is in force, and end" },
{ .name = "replace", .type = YG_OPTION_FLAG, .offset = OPTION(replace), .initial = "false",
  .command = true,
  .help = "Take over from the yagurad that runs: blocks stay in force all the while" },
{ .name = "detach", .type = YG_OPTION_FLAG, .offset = OPTION(detach), .initial = "false",
  .command = true,
  .help = "Take every program, link and map of Yagura out of the kernel, and end" },
{ .name = "version", .type = YG_OPTION_FLAG, .offset = OPTION(version), .initial = "false",
  .command = true, .help = "Print the version, and end" },
{ .name = "help", .type = YG_OPTION_FLAG, .offset = OPTION(help), .initial = "false",
  .command = true, .help = "Print this list, and end" },
{ .name = "man", .type = YG_OPTION_FLAG, .offset = OPTION(man), .initial = "false",
  .command = true, .hidden = true, .help = "Print the OPTIONS section of the manual" },
{ .name = "role", .type = YG_OPTION_TEXT, .offset = OPTION(role), .initial = "", .value = "ROLE",
  .command = true, .hidden = true, .help = "Run as one of the roles; for the daemon itself" },
};
/* clang-format on */

_Static_assert(YG_ARRAY_SIZE(table) <= YG_OPTIONS_ROWS_MAX, "source[] has a place for each row");

const struct yg_option *yg_options_table(size_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(table);
	return table;
}

static const struct yg_option *find_option(const char *name, size_t len)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		if (strlen(table[i].name) == len && memcmp(table[i].name, name, len) == 0)
			return &table[i];
	}
	return NULL;
}

const struct yg_option *yg_options_find(const char *name)
{
	return find_option(name, strlen(name));
}

int yg_options_init(struct yg_options *options)
{
	const char *cause;
	int r;

	*options = (struct yg_options){ 0 };
	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		if (!table[i].initial)
			continue;
		r = yg_options_set(options, &table[i], YG_OPTIONS_DEFAULT, table[i].initial,
				   &cause);
		if (r) {
			yg_options_clean(options);
			return r;
		}
	}
	return 0;
}

void yg_options_clean(struct yg_options *options)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++)
		yg_options_reset(options, &table[i]);
	*options = (struct yg_options){ 0 };
}

int yg_options_set(struct yg_options *options, const struct yg_option *option,
		   enum yg_options_source source, const char *text, const char **ret_cause)
{
	uint8_t *by = &options->source[option - table];
	int r;

	if (*by > source)
		return 0;
	if (*by < source)
		yg_options_reset(options, option);
	r = yg_options_parse(options, option, text, ret_cause);
	if (!r)
		*by = (uint8_t)source;
	return r;
}

static int fail_option(char *ret_error, const char *argument, const char *cause)
{
	(void)snprintf(ret_error, YG_OPTIONS_ERROR_CAP, "%s: %s", argument, cause);
	return -EINVAL;
}

/* One "--name", "--name=value" or "--name" "value". Returns how many arguments it took. */
static int take_argument(struct yg_options *options, int left, char *const *argv, char *ret_error)
{
	const char *name = argv[0] + 2;
	const char *equals = strchr(argv[0], '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(argv[0] + 2);
	const struct yg_option *option = find_option(name, len);
	const char *value = equals ? equals + 1 : NULL;
	char wrong[YG_OPTIONS_ERROR_CAP];
	const char *cause;
	int taken = 1;
	int r;

	if (!option)
		return fail_option(ret_error, argv[0], "unknown option; see --help");
	if (!value && option->type == YG_OPTION_FLAG) {
		value = "true";
	} else if (!value) {
		if (left < 2)
			return fail_option(ret_error, argv[0], "needs a value");
		value = argv[1];
		taken = 2;
	}
	r = yg_options_set(options, option, YG_OPTIONS_COMMAND, value, &cause);
	if (!r && option->check) {
		cause = wrong;
		r = option->check(value, wrong, sizeof(wrong));
	}
	if (r == -EINVAL)
		return fail_option(ret_error, argv[0], cause);
	if (r) {
		(void)fail_option(ret_error, argv[0], strerror(-r));
		return r;
	}
	return taken;
}

int yg_options_from_argv(struct yg_options *options, int argc, char *const *argv, char *ret_error)
{
	int r;

	for (int i = 1; i < argc; i += r) {
		if (strncmp(argv[i], "--", 2) != 0 || argv[i][2] == '\0')
			return fail_option(ret_error, argv[i], "not an option; see --help");
		r = take_argument(options, argc - i, &argv[i], ret_error);
		if (r < 0)
			return r;
	}
	return 0;
}

const char *yg_options_differ(const struct yg_options *now, const struct yg_options *next)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(table); i++) {
		if (!table[i].command && !table[i].reloadable &&
		    !yg_options_is_equal(now, next, &table[i]))
			return table[i].name;
	}
	return NULL;
}

/* Through the parser once more: the row's own text forms are what it accepts. */
static int copy_texts(struct yg_options *to, const struct yg_option *option,
		      const struct yg_text_list *list)
{
	const char *cause;
	int r = 0;

	for (size_t i = 0; !r && i < list->count; i++)
		r = yg_options_set(to, option, YG_OPTIONS_COMMAND, list->items[i], &cause);
	return r;
}

static int copy_prefixes(struct yg_options *to, const struct yg_option *option,
			 const struct yg_prefix_list *list)
{
	char text[YG_ADDRESS_TEXT_CAP];
	const char *cause;
	int r = 0;

	for (size_t i = 0; !r && i < list->count; i++)
		r = yg_options_set(to, option, YG_OPTIONS_COMMAND,
				   yg_prefix_format(&list->items[i], text), &cause);
	return r;
}

static int copy_row(const struct yg_options *from, struct yg_options *to,
		    const struct yg_option *option)
{
	const void *value = (const char *)from + option->offset;
	const char *cause;

	switch (option->type) {
	case YG_OPTION_TEXT:
		return yg_options_set(to, option, YG_OPTIONS_COMMAND, *(char *const *)value,
				      &cause);
	case YG_OPTION_TEXTS:
		return copy_texts(to, option, value);
	case YG_OPTION_PREFIXES:
		return copy_prefixes(to, option, value);
	default:
		*(uint64_t *)((char *)to + option->offset) = *(const uint64_t *)value;
		to->source[option - table] = YG_OPTIONS_COMMAND;
		return 0;
	}
}

int yg_options_keep_command(const struct yg_options *from, struct yg_options *to)
{
	int r = 0;

	for (size_t i = 0; !r && i < YG_ARRAY_SIZE(table); i++) {
		if (from->source[i] == YG_OPTIONS_COMMAND)
			r = copy_row(from, to, &table[i]);
	}
	return r;
}
