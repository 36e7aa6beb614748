/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/intake.h"

#include <errno.h>
#include <string.h>

#include "priv/link.h"

#define BIT(kind) (1u << (kind))

/* Who may say what: an analyzer that was taken over cannot speak of roles. */
static const uint32_t allowed[YG_SENDER_MAX] = {
	[YG_SENDER_WARDEN] = BIT(YG_FEED_KIND_HELLO) | BIT(YG_FEED_KIND_SENSOR) |
			     BIT(YG_FEED_KIND_ROLE) | BIT(YG_FEED_KIND_INTERFACE) |
			     BIT(YG_FEED_KIND_LIBRARY) | BIT(YG_FEED_KIND_CAPABILITY) |
			     BIT(YG_FEED_KIND_ROUND) | BIT(YG_FEED_KIND_COUNTER),
	[YG_SENDER_ANALYZER] =
		BIT(YG_FEED_KIND_HELLO) | BIT(YG_FEED_KIND_COUNTER) | BIT(YG_FEED_KIND_ENDPOINT) |
		BIT(YG_FEED_KIND_CELL) | BIT(YG_FEED_KIND_CALLER) | BIT(YG_FEED_KIND_SAMPLE) |
		BIT(YG_FEED_KIND_FINDING) | BIT(YG_FEED_KIND_STATE) | BIT(YG_FEED_KIND_FOLD) |
		BIT(YG_FEED_KIND_RELATION) | BIT(YG_FEED_KIND_LINK) | BIT(YG_FEED_KIND_DATA) |
		BIT(YG_FEED_KIND_PARTY) | BIT(YG_FEED_KIND_TALK) | BIT(YG_FEED_KIND_TAKE) |
		BIT(YG_FEED_KIND_CALL),
};

/* Tables of counters that are the warden's, and names that only the desk itself may print. */
static const char *const warden_tables[] = { "connections", "coverage", "discover" };
static const char *const desk_tables[] = { "desk", "interface", "role", "store" };

static const uint32_t live = BIT(YG_FEED_KIND_SENSOR) | BIT(YG_FEED_KIND_ROLE) |
			     BIT(YG_FEED_KIND_INTERFACE) | BIT(YG_FEED_KIND_LIBRARY) |
			     BIT(YG_FEED_KIND_CAPABILITY) | BIT(YG_FEED_KIND_ROUND) |
			     BIT(YG_FEED_KIND_COUNTER);

/* A packet in a queue. */
struct packet {
	struct packet *next;
	size_t len;
	uint8_t bytes[];
};

struct queue {
	struct packet *first;
	struct packet **last; /* where the next one is hung */
	size_t bytes;
};

struct yg_intake {
	struct yg_intake_options options;
	struct yg_intake_counters counters;
	struct queue stored; /* for the store */
	struct queue back;   /* for the analyzer */
	uint64_t due_ns;     /* of the next flush */
	bool hello;	     /* an analyzer has started and waits for its state */
	bool failing;	     /* the last batch was refused */
	uint8_t packet[YG_FEED_PACKET_MAX];
};

int yg_intake_new(const struct yg_intake_options *options, struct yg_intake **ret)
{
	struct yg_intake *intake = calloc(1, sizeof(*intake));

	if (!intake)
		return -ENOMEM;
	intake->options = *options;
	intake->stored.last = &intake->stored.first;
	intake->back.last = &intake->back.first;
	*ret = intake;
	return 0;
}

static void drop_first(struct queue *queue)
{
	struct packet *packet = queue->first;

	queue->first = packet->next;
	if (!queue->first)
		queue->last = &queue->first;
	queue->bytes -= packet->len;
	free(packet);
}

static void clear(struct queue *queue)
{
	while (queue->first)
		drop_first(queue);
}

void yg_intake_free(struct yg_intake **intake)
{
	if (!*intake)
		return;
	clear(&(*intake)->stored);
	clear(&(*intake)->back);
	free(*intake);
	*intake = NULL;
}

static int append(struct queue *queue, const uint8_t *bytes, size_t len, size_t max)
{
	struct packet *packet;

	if (queue->bytes + len > max)
		return -ENOBUFS;
	packet = malloc(sizeof(*packet) + len);
	if (!packet)
		return -ENOMEM;
	packet->next = NULL;
	packet->len = len;
	memcpy(packet->bytes, bytes, len);
	*queue->last = packet;
	queue->last = &packet->next;
	queue->bytes += len;
	return 0;
}

static bool is_among(struct yg_slice name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (yg_slice_equal(name, yg_slice_from_str(names[i])))
			return true;
	}
	return false;
}

/* Of small letters and digits, so that no two names are one in /metrics. */
static bool is_word(struct yg_slice text, bool underscores)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && !(underscores && c == '_'))
			return false;
	}
	return text.len > 0 && text.len <= YG_INTAKE_NAME_MAX;
}

static bool may_count(enum yg_sender sender, const struct yg_feed_counter *counter)
{
	bool warden = is_among(counter->table, warden_tables, YG_ARRAY_SIZE(warden_tables));

	return warden == (sender == YG_SENDER_WARDEN) &&
	       !is_among(counter->table, desk_tables, YG_ARRAY_SIZE(desk_tables)) &&
	       is_word(counter->table, false) && is_word(counter->name, true);
}

static bool may_say(enum yg_sender sender, const struct yg_feed_message *message)
{
	return (allowed[sender] & BIT(message->kind)) &&
	       (message->kind != YG_FEED_KIND_COUNTER || may_count(sender, &message->counter));
}

static void take_message(struct yg_intake *intake, enum yg_sender sender,
			 const struct yg_feed_message *message, bool *ret_store)
{
	uint32_t bit = BIT(message->kind);

	intake->counters.messages++;
	if (!may_say(sender, message))
		intake->counters.lost_sender++;
	else if (message->kind == YG_FEED_KIND_HELLO)
		intake->hello = intake->hello || sender == YG_SENDER_ANALYZER;
	else if (!(live & bit))
		*ret_store = true;
	else if (yg_status_put(intake->options.status, sender, message))
		intake->counters.lost_queue++;
}

/* Everything but what is for the store is done with here. Return: whether the store wants it. */
static bool read_packet(struct yg_intake *intake, enum yg_sender sender, size_t len)
{
	struct yg_feed_reader reader = { intake->packet, intake->packet + len, false };
	enum yg_feed_outcome outcome;
	bool store = false;

	do {
		struct yg_feed_message message;

		outcome = yg_feed_next(&reader, &message);
		if (outcome == YG_FEED_MESSAGE)
			take_message(intake, sender, &message, &store);
		else if (outcome == YG_FEED_UNKNOWN)
			intake->counters.skip_unknown++;
		else if (outcome == YG_FEED_BAD)
			intake->counters.lost_bad++;
	} while (outcome == YG_FEED_MESSAGE || outcome == YG_FEED_UNKNOWN);
	return store;
}

void yg_intake_receive(struct yg_intake *intake, enum yg_sender sender, uint64_t now_ns)
{
	for (int i = 0; i < YG_INTAKE_PACKETS && intake->options.fds[sender] >= 0; i++) {
		ssize_t len = yg_link_receive(intake->options.fds[sender], intake->packet,
					      sizeof(intake->packet));

		if (len == -EMSGSIZE) {
			intake->counters.lost_cut++;
			continue;
		}
		if (len == -EPIPE)
			intake->options.fds[sender] = -1; /* else poll() would never wait again */
		if (len < 0)
			break;
		intake->counters.packets++;
		if (!read_packet(intake, sender, (size_t)len))
			continue;
		if (!intake->stored.first && !intake->failing)
			intake->due_ns = now_ns + YG_INTAKE_BATCH_NS;
		if (append(&intake->stored, intake->packet, (size_t)len, YG_INTAKE_QUEUE_BYTES))
			intake->counters.lost_queue++;
	}
}

int yg_intake_fd(const struct yg_intake *intake, enum yg_sender sender)
{
	return intake->options.fds[sender];
}

/* The messages of one packet that are for the store. */
static int store_packet(struct yg_intake *intake, const struct packet *packet, uint64_t epoch_ns)
{
	struct yg_feed_reader reader = { packet->bytes, packet->bytes + packet->len, false };
	enum yg_feed_outcome outcome;
	int r = 0;

	do {
		struct yg_feed_message message;

		outcome = yg_feed_next(&reader, &message);
		/* Only an analyzer's packets come here: see read_packet(). */
		if (outcome == YG_FEED_MESSAGE &&
		    allowed[YG_SENDER_ANALYZER] & ~live & BIT(message.kind))
			r = yg_store_put(intake->options.store, &message, epoch_ns);
	} while (r == 0 && (outcome == YG_FEED_MESSAGE || outcome == YG_FEED_UNKNOWN));
	return r;
}

static int store_queue(struct yg_intake *intake, uint64_t epoch_ns)
{
	int r = yg_store_begin(intake->options.store);

	for (const struct packet *packet = intake->stored.first; r == 0 && packet;
	     packet = packet->next)
		r = store_packet(intake, packet, epoch_ns);
	if (r == 0)
		return yg_store_commit(intake->options.store);
	yg_store_undo(intake->options.store);
	return r;
}

static int add_back(void *ctx, const struct yg_feed_message *message)
{
	struct yg_intake *intake = ctx;
	struct yg_feed_writer writer = { intake->packet, sizeof(intake->packet), 0 };
	int r = yg_feed_put(&writer, message);

	if (r == 0)
		r = append(&intake->back, writer.buf, writer.len, YG_INTAKE_BACK_BYTES);
	if (r == 0)
		intake->counters.restored++;
	return r;
}

/* The state as it is stored now, then the word that this was all. */
static void restore(struct yg_intake *intake)
{
	struct yg_feed_message message = { .kind = YG_FEED_KIND_RESTORED };
	ssize_t count;

	intake->hello = false;
	clear(&intake->back);
	count = yg_store_state_each(intake->options.store, add_back, intake);
	if (count == -ENOBUFS || count == -EMSGSIZE)
		clear(&intake->back); /* half a state is worse than none: it learns anew */
	message.restored.messages = count > 0 ? (uint64_t)count : 0;
	(void)!add_back(intake, &message);
	yg_intake_send(intake);
}

static void tell(struct yg_intake *intake, int r)
{
	bool failing = r != 0;

	if (failing != intake->failing)
		intake->options.note(intake->options.ctx, -r,
				     failing ? strerror(-r) : "works again");
	intake->failing = failing;
}

void yg_intake_flush(struct yg_intake *intake, uint64_t now_ns, uint64_t epoch_ns, bool force)
{
	int r;

	if (intake->stored.first && (now_ns >= intake->due_ns || (force && !intake->failing))) {
		r = store_queue(intake, epoch_ns);
		if (r == -EUCLEAN)
			(void)!yg_store_recover(intake->options.store, epoch_ns);
		/* Another process that reads or copies the file is no failure. */
		if (r != -EBUSY)
			tell(intake, r);
		if (r) {
			intake->counters.batches_again++;
			intake->due_ns = now_ns + YG_INTAKE_RETRY_NS;
		} else {
			clear(&intake->stored);
		}
	}
	if (intake->hello && !intake->stored.first)
		restore(intake);
}

uint64_t yg_intake_due(const struct yg_intake *intake)
{
	return intake->stored.first ? intake->due_ns : UINT64_MAX;
}

void yg_intake_send(struct yg_intake *intake)
{
	while (intake->back.first && intake->options.fds[YG_SENDER_ANALYZER] >= 0) {
		const struct packet *packet = intake->back.first;
		int r = yg_link_send(intake->options.fds[YG_SENDER_ANALYZER], packet->bytes,
				     packet->len);

		if (r == -EAGAIN)
			return;
		drop_first(&intake->back);
	}
}

bool yg_intake_wants_to_send(const struct yg_intake *intake)
{
	return intake->back.first != NULL;
}

const struct yg_intake_counters *yg_intake_counters_view(const struct yg_intake *intake)
{
	return &intake->counters;
}
