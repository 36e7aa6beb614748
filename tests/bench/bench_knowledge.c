/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cost of stages 4 to 7 per exchange, in one line of JSON. The peer in the same run is the least
 * that any such stage must do: parse the credential, normalise the path, hash both.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "endpoint/caller.h"
#include "endpoint/normalize.h"
#include "respond/knowledge.h"

#define EXCHANGES  1000000u
#define ROUNDS	   3
#define ENDPOINTS  40u
#define CALLERS	   5000u
#define TARGET_CAP 96

static const struct yg_hash_key key = { 1, 2 };

/* What the exchanges are made of, built before the clock runs. */
struct traffic {
	char targets[4096][TARGET_CAP];
	char tokens[CALLERS][48];
};

/* CPU time: what else runs on the machine is not the price of this. */
static double now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void build(struct traffic *traffic)
{
	for (uint32_t i = 0; i < 4096; i++)
		(void)snprintf(traffic->targets[i], TARGET_CAP,
			       "/v1/thing%c%c/%u/orders/%u?page=%u&limit=50",
			       'a' + i % ENDPOINTS / 10, 'a' + i % ENDPOINTS % 10,
			       (uint32_t)yg_hash_mix(i) % 100000, i * 7919 % 9973, i % 10);
	for (uint32_t i = 0; i < CALLERS; i++)
		(void)snprintf(traffic->tokens[i], sizeof(traffic->tokens[i]),
			       "Bearer %016llx%016llx", (unsigned long long)yg_hash_mix(i),
			       (unsigned long long)yg_hash_mix(i + 77));
}

static struct yg_exchange make_exchange(const struct traffic *traffic, uint32_t i,
					struct yg_header headers[3])
{
	uint64_t time_ns = 1700000000000000000u + i * 20000ull; /* 50,000 per second */
	uint32_t caller = (uint32_t)(yg_hash_mix(i) % CALLERS);

	headers[0] = (struct yg_header){ YG_SLICE("Host"), YG_SLICE("api.example.com") };
	headers[1] = (struct yg_header){ YG_SLICE("User-Agent"), YG_SLICE("bench/1.0") };
	headers[2] = (struct yg_header){ YG_SLICE("Authorization"),
					 yg_slice_from_str(traffic->tokens[caller]) };
	/* A caller has a few objects of its own: what is asked for follows from who asks. */
	return (struct yg_exchange){
		.request = { .present = true,
			     .complete = true,
			     .start_ns = time_ns,
			     .end_ns = time_ns,
			     .head_bytes = 300,
			     .method = YG_SLICE("GET"),
			     .target = yg_slice_from_str(
				     traffic->targets[(caller * 3 + i % 3) % 4096]),
			     .headers = headers,
			     .header_count = 3 },
		.response = { .present = true,
			      .complete = true,
			      .start_ns = time_ns + 800000,
			      .end_ns = time_ns + 900000,
			      .status = 200,
			      .head_bytes = 200,
			      .body_bytes = 512 },
		.client = { { { [10] = 0xff,
				0xff,
				10,
				(uint8_t)(caller >> 16),
				(uint8_t)(caller >> 8),
				(uint8_t)caller } },
			    40000 },
		.tls = true,
		.addresses_certain = true,
	};
}

static double run_peer(const struct traffic *traffic, uint64_t *ret_sum)
{
	struct yg_credentials credentials;
	struct yg_header headers[3];
	struct yg_caller caller;
	struct yg_path path;
	double start = now_s();

	for (uint32_t i = 0; i < EXCHANGES; i++) {
		struct yg_exchange exchange = make_exchange(traffic, i, headers);

		yg_credentials_from_request(&exchange.request, NULL, &credentials);
		yg_caller_from_credentials(&key, &credentials, &exchange.client.addr, &caller);
		(void)yg_path_from_target(exchange.request.target, &path);
		*ret_sum += caller.hash + yg_hash(&key, path.text, path.len);
	}
	return (now_s() - start) / EXCHANGES * 1e9;
}

static double run_knowledge(const struct traffic *traffic, uint64_t *ret_sum)
{
	const struct yg_knowledge_options options = { .identity_key = key, .table_key = key };
	const struct yg_knowledge_sink sink = { 0 };
	YG_CLEANUP(yg_knowledge_free) struct yg_knowledge *knowledge = NULL;
	struct yg_header headers[3];
	double start = 0;

	if (yg_knowledge_new(&options, &sink, &knowledge) < 0)
		return -1;
	/* The first tenth fills the tables: what is measured is the steady state. */
	for (uint32_t i = 0; i < EXCHANGES + EXCHANGES / 10; i++) {
		struct yg_exchange exchange = make_exchange(traffic, i, headers);
		struct yg_subject subject = { .exchange = &exchange,
					      .client = exchange.client.addr };
		struct yg_observation observation;

		if (i == EXCHANGES / 10)
			start = now_s();
		yg_knowledge_observe(knowledge, &subject, exchange.response.end_ns, &observation);
		*ret_sum += observation.template_.len;
	}
	return (now_s() - start) / EXCHANGES * 1e9;
}

int main(void)
{
	static struct traffic traffic;
	double knowledge = 1e9, peer = 1e9;
	struct rusage usage;
	struct utsname machine;
	uint64_t sum = 0;

	build(&traffic);
	for (int round = 0; round < ROUNDS; round++) {
		double a = run_peer(&traffic, &sum);
		double b = run_knowledge(&traffic, &sum);

		peer = a < peer ? a : peer;
		knowledge = b < knowledge ? b : knowledge;
	}
	(void)getrusage(RUSAGE_SELF, &usage);
	(void)uname(&machine);
	(void)printf("{\"bench\":\"knowledge\",\"machine\":\"%s\",\"kernel\":\"%s\","
		     "\"exchanges\":%u,\"endpoints\":%u,\"callers\":%u,\"ns_per_exchange\":%.0f,"
		     "\"peer\":\"credential+path+hash\",\"peer_ns\":%.0f,\"ratio\":%.2f,"
		     "\"max_rss_mb\":%ld,\"sum\":%llu}\n",
		     machine.machine, machine.release, EXCHANGES, ENDPOINTS, CALLERS, knowledge,
		     peer, knowledge / peer, usage.ru_maxrss / 1024, (unsigned long long)sum);
	return knowledge < 0;
}
