/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/walk.h"

#include "core/hash.h"
#include "core/macros.h"

#define HOUR_NS	   3600000000000ull
#define DAY_NS	   (24 * HOUR_NS)
#define BLOOM_BITS 2048u /* struct yg_walk.recent */

_Static_assert(sizeof(((struct yg_walk *)0)->recent) * 8 == BLOOM_BITS, "Bloom filter size");

static bool add_recent(struct yg_walk *walk, uint64_t hash)
{
	bool fresh = false;

	for (unsigned int i = 0; i < 3; i++) {
		uint32_t bit = (uint32_t)(hash >> (16 * i)) % BLOOM_BITS;
		uint64_t mask = 1ull << (bit % 64);

		fresh |= !(walk->recent[bit / 64] & mask);
		walk->recent[bit / 64] |= mask;
	}
	return fresh;
}

static void roll_day(struct yg_walk *walk, uint64_t day, struct yg_walk_ended *ended)
{
	if (walk->day == day)
		return;
	ended->day_new = walk->day_new;
	if (walk->day_new > 0) {
		memmove(&walk->days[1], &walk->days[0], sizeof(walk->days) - sizeof(walk->days[0]));
		walk->days[0] = walk->day_new;
	}
	walk->day = day;
	walk->day_new = 0;
}

static void roll(struct yg_walk *walk, uint64_t time_ns, struct yg_walk_ended *ended)
{
	*ended = (struct yg_walk_ended){ 0 };
	if (walk->hour != time_ns / HOUR_NS) {
		ended->hour_new = walk->hour_new;
		walk->hour = time_ns / HOUR_NS;
		walk->hour_new = 0;
		memset(walk->recent, 0, sizeof(walk->recent));
		roll_day(walk, time_ns / DAY_NS, ended);
	}
	if (walk->last_ns && time_ns > walk->last_ns + YG_WALK_IDLE_NS)
		walk->steps = 0;
	if (walk->steps == 0) {
		walk->near = walk->ok = walk->refused = walk->foreign = walk->numbered = 0;
		walk->reported = 0;
	}
}

/* Exactly one of the objects moved, and its number moved by a little. */
static bool is_near(const struct yg_walk *walk, const struct yg_objects *objects)
{
	uint32_t moved = 0;
	bool near = false;

	if (walk->last_count != objects->count)
		return false;
	for (uint32_t i = 0; i < objects->count; i++) {
		const struct yg_object *a = &walk->last[i], *b = &objects->items[i];
		uint64_t gap =
			a->number > b->number ? a->number - b->number : b->number - a->number;

		if (a->slot != b->slot)
			return false;
		if (a->hash == b->hash)
			continue;
		moved++;
		near = a->numeric && b->numeric && gap > 0 && gap <= YG_WALK_NEAR;
	}
	return moved == 1 && near;
}

static void count_number(struct yg_walk *walk, const struct yg_objects *objects)
{
	const struct yg_object *object = &objects->items[objects->count - 1];

	if (!object->numeric)
		return;
	if (walk->numbered == 0 || object->number < walk->low)
		walk->low = object->number;
	if (walk->numbered == 0 || object->number > walk->high)
		walk->high = object->number;
	walk->numbered++;
}

static void remember(struct yg_walk *walk, const struct yg_objects *objects)
{
	memcpy(walk->last, objects->items, objects->count * sizeof(walk->last[0]));
	walk->last_count = objects->count;
}

bool yg_walk_add(struct yg_walk *walk, const struct yg_step *step, struct yg_walk_ended *ret)
{
	bool fresh, near;

	roll(walk, step->time_ns, ret);
	if (step->objects->count == 0)
		return false;
	near = is_near(walk, step->objects);
	remember(walk, step->objects);
	if (walk->known.sketchy) {
		fresh = add_recent(walk, step->objects->hash);
		(void)yg_hll_add(&walk->known, step->objects->hash);
	} else {
		fresh = yg_hll_add(&walk->known, step->objects->hash);
	}
	if (!fresh)
		return false;
	walk->hour_new++;
	walk->day_new++;
	if (step->handed)
		return false;

	if (walk->steps == 0)
		walk->first_ns = step->time_ns;
	walk->last_ns = step->time_ns;
	walk->steps++;
	walk->near += near;
	walk->ok += step->ok;
	walk->refused += step->refused;
	walk->foreign += step->foreign;
	count_number(walk, step->objects);
	return true;
}

double yg_walk_order(const struct yg_walk *walk)
{
	double near, dense;

	if (walk->steps < 2)
		return 0;
	near = (double)walk->near / (walk->steps - 1);
	dense = walk->numbered * 10 < walk->steps * 9
			? 0
			: (double)walk->numbered / ((double)(walk->high - walk->low) + 1);
	return near > dense ? near : dense > 1 ? 1 : dense;
}

double yg_walk_habit(const struct yg_walk *walk)
{
	uint32_t days = 0;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < YG_WALK_DAYS; i++) {
		days += walk->days[i] > 0;
		sum += walk->days[i];
	}
	return days > 0 ? (double)sum / days : 0;
}
