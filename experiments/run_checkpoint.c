/// A run under way as bytes: all that the rest of it depends on.
///
/// The bytes are memory as it is, so they are for the same program on the same kind of machine. What may
/// differ is checked first, by sizes, by the configuration, and by what the run did up to its first look: a
/// checkpoint that does not fit changes nothing, and the run is made from its beginning.
#include "experiments/hash.h"
#include "experiments/runner.h"

#include <stdlib.h>
#include <string.h>

enum {
    FORMAT = 1, ///< of the bytes; to be raised with every change of them
    BYTE_ORDER_MARK = 0x01020304,
};

/// What stands at the beginning; without gaps, so that it can be compared and hashed.
typedef struct head {
    char magic[8];
    uint32_t format, byte_order;
    uint64_t checksum; ///< of all that follows it
    uint64_t size;     ///< of the whole
    uint64_t config;   ///< hash of the variant's configuration and the number of the run
    uint64_t witness;  ///< `run_witness`
    uint64_t env_size, agent_size, n_lanes, n_series, n_records;
    uint64_t n_values; ///< in all series together
    double seconds;    ///< that the run has taken
    int32_t is_watched, phase, next_lane, unused;
} head;

static const char magic[8] = {'r', 'i', 'l', 'l', ' ', 'r', 'u', 'n'};

typedef enum direction { COUNT, WRITE, READ } direction;

/// Bytes on their way in or out: one function for both, which cannot disagree with itself.
typedef struct stream {
    direction direction;
    unsigned char *bytes; ///< NULL to count
    size_t at;
} stream;

static void pass(stream *s, void *data, size_t size)
{
    if (s->direction == WRITE && size > 0) {
        memcpy(s->bytes + s->at, data, size);
    } else if (s->direction == READ && size > 0) {
        memcpy(data, s->bytes + s->at, size);
    }
    s->at += size;
}

/// An index, or the numbers of a box, which go to `room` when they are read: they were in memory of the
/// environment or of the agent.
static void pass_value(stream *s, const rill_space *space, int32_t *index, const float **box,
                       float *room)
{
    if (space->kind == RILL_SPACE_DISCRETE) {
        pass(s, index, sizeof *index);
        return;
    }
    const size_t size = (size_t)space->size * sizeof(float);
    if (s->direction == READ) {
        pass(s, room, size);
        *box = room;
    } else if (*box != NULL) {
        pass(s, (void *)(uintptr_t)*box, size);
    } else { // in a lane that has not begun
        if (s->direction == WRITE) {
            memset(s->bytes + s->at, 0, size);
        }
        s->at += size;
    }
}

static size_t box_size(const rill_space *space)
{
    return space->kind == RILL_SPACE_BOX ? (size_t)space->size : 0;
}

/// All that follows the head. To be read, the series have room for what they are to hold.
static void pass_run(stream *s, runner *r)
{
    rill_run *run = r->run;
    const rill_space *observations = &r->env->observation_space, *actions = &r->env->action_space;
    float *room = r->boxes;
    pass(s, &run->steps, sizeof run->steps);
    pass(s, &run->episodes, sizeof run->episodes);
    if (r->n_lanes == 1) {
        pass_value(s, actions, &r->action.index, &r->action.box, room);
    }
    for (int32_t i = 0; i < r->n_lanes; i++) {
        lane *at = &r->lanes[i];
        room = r->boxes == NULL ? NULL
                                : r->boxes + box_size(actions) + (size_t)i * box_size(observations);
        pass(s, at->env->data, at->env->data_size);
        pass_value(s, observations, &at->observation.index, &at->observation.box, room);
        pass(s, &at->outcome.reward, sizeof at->outcome.reward);
        pass(s, &at->outcome.terminated, sizeof at->outcome.terminated);
        pass(s, &at->outcome.truncated, sizeof at->outcome.truncated);
        pass(s, &at->episode_return, sizeof at->episode_return);
        pass(s, &at->episode_length, sizeof at->episode_length);
    }
    pass(s, r->agent->memory, r->agent->memory_size);
    if (r->evaluation_env != NULL) {
        pass(s, r->evaluation_env->data, r->evaluation_env->data_size);
    }
    for (size_t i = 0; i < r->experiment->n_records; i++) {
        pass(s, &r->tallies[i].sum, sizeof r->tallies[i].sum);
        pass(s, &r->tallies[i].steps, sizeof r->tallies[i].steps);
    }
    for (size_t i = 0; i < run->n_series; i++) {
        pass(s, run->series[i].values, run->series[i].count * sizeof(double));
    }
}

/// Points in all series.
static uint64_t count_values(const rill_run *run)
{
    uint64_t n = 0;
    for (size_t i = 0; i < run->n_series; i++) {
        n += run->series[i].count;
    }
    return n;
}

/// Bytes of a checkpoint with `n_values` points in its series.
static uint64_t size_of(runner *r, uint64_t n_values)
{
    stream s = {.direction = COUNT};
    pass_run(&s, r);
    return sizeof(head) + r->run->n_series * sizeof(uint64_t) + s.at +
           (n_values - count_values(r->run)) * sizeof(double);
}

/// The head of the run as it is now, but for what is only known once the rest is written.
static head make_head(runner *r)
{
    uint64_t config = hash_text(HASH_START, r->variant->config);
    head h = {.format = FORMAT,
              .byte_order = BYTE_ORDER_MARK,
              .config = hash_number(config, (uint64_t)r->run->run),
              .witness = r->witness,
              .env_size = r->env->data_size,
              .agent_size = r->agent->memory_size,
              .n_lanes = (uint64_t)r->n_lanes,
              .n_series = r->run->n_series,
              .n_records = r->experiment->n_records,
              .n_values = count_values(r->run)};
    memcpy(h.magic, magic, sizeof magic);
    h.size = size_of(r, h.n_values);
    return h;
}

/// FNV-1a by words: what learns by tile coding may be of a hundred megabytes.
static uint64_t checksum_of(const void *bytes, size_t size)
{
    const unsigned char *at = (const unsigned char *)bytes + offsetof(head, size);
    const unsigned char *end = (const unsigned char *)bytes + size;
    uint64_t hash = HASH_START;
    for (; end - at >= 8; at += 8) {
        uint64_t word = 0;
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
    }
    return hash_bytes(hash, at, (size_t)(end - at));
}

uint64_t run_witness(const runner *r)
{
    const rill_agent_memory *memory = r->agent->memory;
    uint64_t hash = hash_number(HASH_START, rill_run_hash(r->run));
    rill_rng rng = memory->rng; // a copy, to look into its future
    hash = hash_number(hash, rill_rng_next64(&rng));
    hash = hash_number(hash, (uint64_t)memory->step);
    hash = hash_number(hash, (uint64_t)memory->update);
    hash = hash_number(hash, (uint64_t)memory->episode);
    hash = hash_real(hash, memory->td_error);
    hash = hash_real(hash, memory->average_reward);
    for (int32_t i = 0; i < r->n_lanes; i++) {
        const lane *at = &r->lanes[i];
        rng = at->env->data->rng;
        hash = hash_number(hash, rill_rng_next64(&rng));
        hash = hash_real(hash, at->episode_return);
        hash = hash_number(hash, (uint64_t)at->episode_length);
    }
    return hash;
}

bool run_save(runner *r, bool is_watched, rill_checkpoint *out)
{
    head h = make_head(r);
    h.seconds = run_seconds_now() - r->began;
    h.is_watched = is_watched;
    h.phase = (int32_t)r->phase;
    h.next_lane = r->next_lane;
    *out = (rill_checkpoint){r->run->variant, r->run->run, malloc(h.size), h.size};
    if (out->bytes == NULL) {
        return false;
    }
    stream s = {.direction = WRITE, .bytes = out->bytes};
    pass(&s, &h, sizeof h);
    for (size_t i = 0; i < r->run->n_series; i++) {
        uint64_t count = r->run->series[i].count;
        pass(&s, &count, sizeof count);
    }
    pass_run(&s, r);
    h.checksum = checksum_of(out->bytes, out->size);
    memcpy(out->bytes, &h, sizeof h);
    return true;
}

bool run_checkpoint_is_watched(const rill_checkpoint *checkpoint)
{
    head h = {.is_watched = 0};
    if (checkpoint->size >= sizeof h) {
        memcpy(&h, checkpoint->bytes, sizeof h);
    }
    return h.is_watched != 0;
}

/// Why a checkpoint cannot be this run's; NULL: it can.
static const char *find_misfit(runner *r, const rill_checkpoint *checkpoint, const head *h)
{
    const head own = make_head(r);
    if (memcmp(h->magic, own.magic, sizeof magic) != 0 || h->size != checkpoint->size ||
        h->checksum != checksum_of(checkpoint->bytes, checkpoint->size)) {
        return "it is damaged";
    }
    if (h->format != own.format || h->byte_order != own.byte_order) {
        return "another version of rill, or another kind of machine, has made it";
    }
    if (h->config != own.config) {
        return "it is of another configuration";
    }
    if (h->witness != own.witness || h->env_size != own.env_size ||
        h->agent_size != own.agent_size || h->n_lanes != own.n_lanes ||
        h->n_series != own.n_series || h->n_records != own.n_records ||
        h->size != size_of(r, h->n_values) || h->phase < RUN_STEPS ||
        h->phase > RUN_STEP_EVALUATION || h->next_lane < 0 || h->next_lane >= r->n_lanes) {
        return "the code of the program has changed since";
    }
    return NULL;
}

/// Makes room in the series for as many points as the checkpoint has; false when there is no memory.
static bool make_room(runner *r, stream *s)
{
    for (size_t i = 0; i < r->run->n_series; i++) {
        rill_series *series = &r->run->series[i];
        uint64_t count = 0;
        pass(s, &count, sizeof count);
        if (count > series->capacity) {
            double *values = realloc(series->values, count * sizeof *values);
            if (values == NULL) {
                return false;
            }
            series->values = values;
            series->capacity = count;
        }
        series->count = count;
    }
    const size_t n =
        box_size(&r->env->action_space) + (size_t)r->n_lanes * box_size(&r->env->observation_space);
    r->boxes = calloc(n + 1, sizeof *r->boxes);
    return r->boxes != NULL;
}

const char *run_load(runner *r)
{
    const rill_checkpoint *checkpoint = r->conditions->checkpoint;
    head h;
    if (checkpoint->size < sizeof h) {
        return "it is damaged";
    }
    memcpy(&h, checkpoint->bytes, sizeof h);
    const char *misfit = find_misfit(r, checkpoint, &h);
    if (misfit != NULL) {
        return misfit;
    }
    stream s = {.direction = READ, .bytes = checkpoint->bytes, .at = sizeof h};
    if (!make_room(r, &s)) {
        r->is_out_of_memory = true; // which ends the run
        return NULL;
    }
    pass_run(&s, r);
    r->phase = (run_phase)h.phase;
    r->next_lane = h.next_lane;
    r->began = run_seconds_now() - h.seconds;
    return NULL;
}
