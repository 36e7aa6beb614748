/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/command.h"

#include <stdint.h>
#include <string.h>

static const struct yg_cli_option no_options[] = { { 0 } };

static const struct yg_command commands[] = {
	{
		.name = "analyze",
		.synopsis = "FILE...",
		.summary = "Find APIs and attacks in capture files",
		.text = "Reads pcap, pcapng and HTTP archive (HAR) files, also compressed with gzip, in the "
			"order given; \"-\" is standard input. Runs the same stages as the daemon, by the capture's own time, and "
			"prints the same bytes every time. A file that is cut is read up to the cut.",
		.examples = "yagura analyze capture.pcap --json\n"
			    "yagura analyze app.har --openapi spec.yaml --fail-on high\n"
			    "tcpdump -w - port 8080 | yagura analyze -\n",
		.options = yg_analyze_options,
		.items_min = 1,
		.items_max = SIZE_MAX,
		.json = true,
		.texts = true,
		.run = yg_command_analyze,
	},
	{
		.name = "status",
		.synopsis = "",
		.summary = "Show what runs, where it is attached and what was lost",
		.options = no_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_status,
	},
	{
		.name = "top",
		.synopsis = "",
		.summary = "Watch requests, findings, blocks and losses, each second",
		.text = "Keys: q ends it.",
		.options = yg_top_options,
		.daemon = true,
		.texts = true,
		.run = yg_command_top,
	},
	{
		.name = "endpoints",
		.synopsis = "[--service HOST] [--host HOST] [--outside]",
		.summary = "List the API endpoints that were seen",
		.examples = "yagura endpoints --sort risk --limit 20\n"
			    "yagura endpoints --label shadow --service api.example.com\n"
			    "yagura endpoints --outside --host api.example.com\n"
			    "yagura endpoints --data national-id --since 1d\n",
		.options = yg_endpoints_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_endpoints,
	},
	{
		.name = "endpoint",
		.synopsis = "ID",
		.summary = "Show one endpoint with its last day, last hour and samples",
		.text = "Of an id its beginning is enough, if no other begins so.",
		.options = no_options,
		.items_min = 1,
		.items_max = 1,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_endpoint,
	},
	{
		.name = "callers",
		.synopsis = "[--busiest | --by-records]",
		.summary = "List who called, by credential or address",
		.text = "RECORDS is how many different sensitive values of each class the caller was "
			"given on the last day that it was given any, at least: steady traffic is read "
			"by sample. --json has the days, the services and the day before.",
		.examples = "yagura callers --by-records --limit 10\n"
			    "yagura callers --contains bearer --since 1h\n",
		.options = yg_callers_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_callers,
	},
	{
		.name = "risk",
		.synopsis = "[--service HOST]",
		.summary = "Show how risky the APIs are, why, and how it went",
		.text = "From 0 to 100, of everything or of one service: that of its riskiest endpoint, and "
			"more by the nine behind it; the highest of each hour of a day and of each day of a "
			"month; and the riskiest endpoints with the reasons of their points.",
		.examples = "yagura risk\n"
			    "yagura risk --service api.example.com --lang ja\n",
		.options = yg_risk_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_risk,
	},
	{
		.name = "third-parties",
		.synopsis = "[--contains TEXT] [--since DURATION]",
		.summary = "List the services of others that this host asks",
		.text = "What this host asks of public addresses, by host name: how much, how much of it "
			"without TLS, who vouches for the host, where it leads to, and which classes of "
			"sensitive data are sent there. The issuer is that of a certificate on the wire, "
			"up to TLS 1.2; TLS 1.3 hides it.",
		.examples = "yagura third-parties --since 7d\n"
			    "yagura third-parties --json\n",
		.options = yg_parties_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_parties,
	},
	{
		.name = "relations",
		.synopsis = "[--service HOST] [--by-service] [--dot]",
		.summary = "Show which API leads to which: edge, upstream, third party",
		.text = "One row per pair: a request came in at the one, and for it one went to the "
			"other. \"-\" stands for requests of this host that nothing tells for whom. DATA "
			"is what requests carry there. With --dot it is a graph for graphviz: \"yagura "
			"relations --by-service --dot | dot -Tsvg\".",
		.examples = "yagura relations --service api.example.com --kind third-party\n"
			    "yagura relations --by-service --dot | dot -Tsvg\n",
		.options = yg_relations_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_relations,
	},
	{
		.name = "testcases",
		.synopsis = "[--service HOST] [--format curl|http] [--out FILE]",
		.summary = "Write checks to replay, for what listening cannot prove",
		.text = "For each endpoint: another user's object, no credential, a missing role, another "
			"method, fields that nobody may set, many requests; each with the answer that "
			"would prove a fault. --format curl is a script: credentials and ids are variables of its "
			"environment, and it prints a verdict for each check. "
			"Run them against a test system: some of them change what they touch.",
		.examples = "yagura testcases --service api.example.com --out checks.sh\n"
			    "yagura testcases --label payment --format http\n",
		.options = yg_testcases_options,
		.daemon = true,
		.texts = true,
		.run = yg_command_testcases,
	},
	{
		.name = "findings",
		.synopsis = "[--severity LEVEL] [--status STATUS]",
		.summary = "List findings, the newest first",
		.examples = "yagura findings --severity high --since 1d\n"
			    "yagura findings --contains 203.0.113.9 --json\n",
		.options = yg_findings_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_findings,
	},
	{
		.name = "posture",
		.synopsis = "[--state STATE] [--severity LEVEL] [--service HOST]",
		.summary = "List what is wrong with endpoints and services",
		.text = "What is wrong even while nobody attacks: a check speaks only of what the server "
			"accepted. A finding is open from the first sightings on, resolved when the endpoint "
			"was used often enough without it, and reopened when it comes back.",
		.examples = "yagura posture --severity medium --service api.example.com\n"
			    "yagura posture --state reopened --since 7d --lang ja\n"
			    "yagura posture --rule missing-authentication --all --json\n",
		.options = yg_posture_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_posture,
	},
	{
		.name = "finding",
		.synopsis = "ID",
		.summary = "Show one finding with its evidence and cure",
		.text = "Of an id its beginning is enough, if no other begins so.",
		.options = no_options,
		.items_min = 1,
		.items_max = 1,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_finding,
	},
	{
		.name = "approve",
		.synopsis = "FINDING [--force]",
		.summary = "Block the client of a finding",
		.text = "Of an id its beginning is enough, if no other begins so.",
		.options = yg_approve_options,
		.items_min = 1,
		.items_max = 1,
		.json = true,
		.daemon = true,
		.run = yg_command_approve,
	},
	{
		.name = "dismiss",
		.synopsis = "FINDING",
		.summary = "Mark a finding as no problem",
		.text = "Of an id its beginning is enough, if no other begins so.",
		.options = no_options,
		.items_min = 1,
		.items_max = 1,
		.json = true,
		.daemon = true,
		.run = yg_command_dismiss,
	},
	{
		.name = "block",
		.synopsis = "ADDR|CIDR [--for 1h] [--reason TEXT] [--force]",
		.summary = "Drop everything from an address or a network",
		.text = "Allowed, own and proxy addresses, gateways and name servers are refused. "
			"It cuts an address, not a session: whoever shares the address is cut too; "
			"one that cuts a large share of the recent callers needs --force.",
		.examples = "yagura block 203.0.113.9 --for 1h --reason \"account walk\"\n",
		.options = yg_block_options,
		.items_min = 1,
		.items_max = 1,
		.json = true,
		.daemon = true,
		.run = yg_command_block,
	},
	{
		.name = "unblock",
		.synopsis = "ADDR|CIDR",
		.summary = "Let it through again",
		.options = no_options,
		.items_min = 1,
		.items_max = 1,
		.json = true,
		.daemon = true,
		.run = yg_command_unblock,
	},
	{
		.name = "blocks",
		.synopsis = "",
		.summary = "List what is blocked, for how long and why",
		.options = no_options,
		.json = true,
		.daemon = true,
		.texts = true,
		.run = yg_command_blocks,
	},
	{
		.name = "rules",
		.synopsis = "",
		.summary = "List the rules behind findings",
		.options = no_options,
		.json = true,
		.texts = true,
		.run = yg_command_rules,
	},
	{
		.name = "openapi",
		.synopsis = "export|diff SPEC [--service HOST]",
		.summary = "Write what was learned as OpenAPI, or compare with a document",
		.text = "export prints an OpenAPI 3.1 document of the endpoints that were seen. diff prints "
			"what the traffic and the document SPEC (OpenAPI 3.1, 3.0 or 2.0, YAML or JSON) say "
			"differently: shadow and orphan endpoints, parameters, fields, types, statuses and "
			"credentials. New endpoints are there within seconds, changes within a minute.",
		.examples = "yagura openapi export --service api.example.com\n"
			    "yagura openapi diff spec.yaml\n",
		.options = yg_openapi_options,
		.items_min = 1,
		.items_max = 2,
		.json = true,
		.daemon = true,
		.run = yg_command_openapi,
	},
	{
		.name = "query",
		.synopsis = "'SQL'",
		.summary = "Ask the stored data by a SELECT",
		.text = "Tables: endpoints, callers, findings, blocks, audit, samples. Functions: "
			"iso(NS) a time as text, hex(ID) an id as text, unhex(TEXT) back. "
			"Two seconds and 10000 rows at most.",
		.options = no_options,
		.items_min = 1,
		.items_max = 1,
		.json = true,
		.daemon = true,
		.run = yg_command_query,
	},
	{
		.name = "limits",
		.synopsis = "",
		.summary = "List the memory of every table, and what happens beyond it",
		.options = yg_limits_options,
		.json = true,
		.run = yg_command_limits,
	},
	{
		.name = "version",
		.synopsis = "",
		.summary = "Print the version",
		.options = no_options,
		.run = yg_command_version,
	},
	{
		.name = "help",
		.synopsis = "[COMMAND]",
		.summary = "Print the commands, or the options of one",
		.options = yg_help_options,
		.items_max = 1,
		.run = yg_command_help,
	},
};

const struct yg_command *yg_command_table(size_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(commands);
	return commands;
}

const struct yg_command *yg_command_find(const char *name)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}
