/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cost of a template: a path that is known, and a million that are not, in one line of JSON. The
 * peer in the same run is what many tools do: regular expressions for numbers, UUIDs and long hex,
 * which know no words.
 */
#include <malloc.h>
#include <regex.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <time.h>

#include "core/hash.h"
#include "core/macros.h"
#include "endpoint/trie.h"

#define KNOWN_ROUNDS 2000000u
#define PEER_ROUNDS  100000u
#define DISTINCT     1000000u
#define TARGETS	     4096u
#define TARGET_CAP   128

static const struct yg_hash_key key = { 1, 2 };

static double now_s(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Ids, UUIDs, digests and words, below 40 collections. */
static void write_target(uint32_t i, char *ret)
{
	unsigned long long a = yg_hash_mix(i), b = yg_hash_mix(i + 1);
	unsigned int c = i % 40;

	if (i % 4 == 0)
		(void)snprintf(ret, TARGET_CAP, "/v1/thing%c%cs/%llu/orders/%llu?page=1",
			       'a' + c / 10, 'a' + c % 10, a % 100000, b % 1000);
	else if (i % 4 == 1)
		(void)snprintf(ret, TARGET_CAP, "/v1/thing%c%cs/%08llx-0000-4000-8000-%012llx",
			       'a' + c / 10, 'a' + c % 10, a & 0xffffffff, b & 0xffffffffffff);
	else if (i % 4 == 2)
		(void)snprintf(ret, TARGET_CAP, "/v1/files/%016llx/parts/%llu", a, b % 100);
	else
		(void)snprintf(ret, TARGET_CAP, "/v1/thing%c%cs/search?q=%llx", 'a' + c / 10,
			       'a' + c % 10, a);
}

static double run_known(char (*targets)[TARGET_CAP], uint64_t *ret_sum)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
	char text[512];
	double start = 0;

	if (yg_trie_new(&key, YG_TRIE_NODES_MAX, &trie) < 0)
		return -1;
	for (uint32_t i = 0; i < TARGETS + KNOWN_ROUNDS; i++) {
		struct yg_route route;
		struct yg_path path;
		ssize_t len;

		if (i == TARGETS)
			start = now_s();
		(void)yg_path_from_target(yg_slice_from_str(targets[i % TARGETS]), &path);
		if (!yg_trie_know(trie, &path, YG_TRIE_READ, &route))
			yg_trie_learn(trie, &path, YG_TRIE_READ, &route);
		len = yg_trie_text(trie, &path, &route, text, sizeof(text));
		*ret_sum += (uint64_t)len;
	}
	return (now_s() - start) / KNOWN_ROUNDS * 1e9;
}

struct flood {
	double ns;
	double memory_mb;
	uint64_t nodes, overflow;
};

/* Words, numbers and noise that never come again. */
static struct flood run_flood(uint64_t *ret_sum)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
	size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
	struct yg_trie_counters counters;
	struct flood flood = { 0 };
	double start = now_s();
	char target[TARGET_CAP];

	if (yg_trie_new(&key, YG_TRIE_NODES_MAX, &trie) < 0)
		return flood;
	for (uint32_t i = 0; i < DISTINCT; i++) {
		uint64_t word = yg_hash_mix(i);
		struct yg_route route;
		struct yg_path path;

		(void)snprintf(target, sizeof(target), "/%ca%ce%c/%co%cu%ci/%llu/%c%c",
			       (char)('a' + word % 26), (char)('a' + word / 26 % 26),
			       (char)('a' + word / 676 % 26), (char)('a' + word / 17576 % 26),
			       (char)('a' + word / 456976 % 26), (char)('a' + word / 99999 % 26),
			       (unsigned long long)i, (char)('a' + i % 26),
			       (char)('a' + i / 26 % 26));
		(void)yg_path_from_target(yg_slice_from_str(target), &path);
		yg_trie_learn(trie, &path, YG_TRIE_READ, &route);
		*ret_sum += route.count;
	}
	counters = yg_trie_counters(trie);
	flood.ns = (now_s() - start) / DISTINCT * 1e9;
	flood.memory_mb = (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / 1e6;
	flood.nodes = counters.nodes;
	flood.overflow = counters.overflow;
	return flood;
}

/* Each segment that matches becomes "{id}". */
static size_t replace(const regex_t *regex, const char *target, char *ret)
{
	size_t len = 0;

	for (const char *p = target; *p == '/';) {
		size_t segment = strcspn(p + 1, "/?");
		char text[TARGET_CAP];

		memcpy(text, p + 1, segment);
		text[segment] = '\0';
		if (regexec(regex, text, 0, NULL, 0) == 0)
			(void)memcpy(text, "{id}", 5);
		len += (size_t)snprintf(ret + len, TARGET_CAP - len, "/%s", text);
		p += segment + 1;
	}
	return len;
}

static double run_peer(char (*targets)[TARGET_CAP], uint64_t *ret_sum)
{
	static const char pattern[] = "^([0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|"
				      "[0-9a-f]{12,})$";
	double start;
	regex_t regex;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return -1;
	start = now_s();
	for (uint32_t i = 0; i < PEER_ROUNDS; i++) {
		char text[TARGET_CAP];

		*ret_sum += replace(&regex, targets[i % TARGETS], text);
	}
	regfree(&regex);
	return (now_s() - start) / PEER_ROUNDS * 1e9;
}

int main(void)
{
	static char targets[TARGETS][TARGET_CAP];
	double known = 1e9, peer = 1e9;
	struct utsname machine;
	struct flood flood;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < TARGETS; i++)
		write_target(i, targets[i]);
	for (int round = 0; round < 3; round++) {
		double a = run_known(targets, &sum), b = run_peer(targets, &sum);

		known = a < known ? a : known;
		peer = b < peer ? b : peer;
	}
	flood = run_flood(&sum);
	(void)uname(&machine);
	(void)printf("{\"bench\":\"paths\",\"machine\":\"%s\",\"kernel\":\"%s\","
		     "\"known_ns\":%.0f,\"known_per_s\":%.0f,\"peer\":\"regexec\",\"peer_ns\":%.0f,"
		     "\"distinct\":%u,\"distinct_ns\":%.0f,\"nodes\":%llu,\"refused\":%llu,"
		     "\"memory_mb\":%.2f,\"sum\":%llu}\n",
		     machine.machine, machine.release, known, 1e9 / known, peer, DISTINCT, flood.ns,
		     (unsigned long long)flood.nodes, (unsigned long long)flood.overflow,
		     flood.memory_mb, (unsigned long long)sum);
	return known < 0 || peer < 0 || flood.nodes == 0;
}
