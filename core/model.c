#include "core/memory.h"

#include <math.h>
#include <rill/model.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_LOOK_BACK = 64 }; // outcomes among which an equal one is looked for

/// A model and the number of its owners.
typedef struct shared_model {
    rill_model model; ///< first, so that a pointer to it is one to the whole
    atomic_int n_owners;
} shared_model;

struct rill_model_builder {
    rill_model *model;
    size_t n_transitions, capacity;
    size_t last_pair; ///< of the last outcome added
    bool has_bad_start;
    const char *refusal;
};

rill_model_builder *rill_model_builder_create(void)
{
    return rill_memory_take(sizeof(rill_model_builder));
}

void rill_model_builder_destroy(rill_model_builder *builder)
{
    if (builder != NULL) {
        rill_model_destroy(builder->model);
        rill_memory_release(builder);
    }
}

rill_model *rill_model_share(rill_model *model)
{
    atomic_fetch_add(&((shared_model *)model)->n_owners, 1);
    return model;
}

void rill_model_destroy(rill_model *model)
{
    if (model != NULL && atomic_fetch_sub(&((shared_model *)model)->n_owners, 1) == 1) {
        rill_memory_release(model->first);
        rill_memory_release(model->transitions);
        rill_memory_release(model->start);
        rill_memory_release(model);
    }
}

rill_status rill_model_begin(rill_model_builder *builder, int32_t n_states, int32_t n_actions)
{
    if (n_states < 1 || n_actions < 1 || builder->model != NULL) {
        return RILL_INVALID;
    }
    if ((size_t)n_states > SIZE_MAX / sizeof(rill_transition) / 2 / (size_t)n_actions) {
        return RILL_NO_MEMORY; // sizes below would not fit
    }
    shared_model *shared = rill_memory_take(sizeof *shared);
    if (shared == NULL) {
        return RILL_NO_MEMORY;
    }
    atomic_init(&shared->n_owners, 1);
    rill_model *model = builder->model = &shared->model;
    model->n_states = n_states;
    model->n_actions = n_actions;
    size_t n_pairs = (size_t)n_states * (size_t)n_actions;
    builder->capacity = n_pairs;
    model->first = rill_memory_take((n_pairs + 1) * sizeof *model->first);
    model->start = rill_memory_take((size_t)n_states * sizeof *model->start);
    model->transitions = rill_memory_take(builder->capacity * sizeof *model->transitions);
    if (model->first == NULL || model->start == NULL || model->transitions == NULL) {
        return RILL_NO_MEMORY;
    }
    return RILL_OK;
}

void rill_model_add_start(rill_model_builder *builder, int32_t state, double probability)
{
    rill_model *model = builder->model;
    if (model == NULL || state < 0 || state >= model->n_states || !(probability >= 0.0)) {
        builder->has_bad_start = true;
        return;
    }
    model->start[state] += probability;
}

static rill_status grow(rill_model_builder *builder)
{
    rill_model *model = builder->model;
    size_t capacity = builder->capacity * 2;
    rill_transition *larger = rill_memory_take(capacity * sizeof *larger);
    if (larger == NULL) {
        return RILL_NO_MEMORY;
    }
    memcpy(larger, model->transitions, builder->n_transitions * sizeof *larger);
    rill_memory_release(model->transitions);
    model->transitions = larger;
    builder->capacity = capacity;
    return RILL_OK;
}

rill_status rill_model_add(rill_model_builder *builder, int32_t state, int32_t action,
                           double probability, int32_t next, double reward, bool terminated)
{
    rill_model *model = builder->model;
    if (model == NULL || state < 0 || state >= model->n_states || action < 0 ||
        action >= model->n_actions || next < 0 || next >= model->n_states ||
        !(probability >= 0.0)) {
        return RILL_INVALID;
    }
    size_t pair = (size_t)state * (size_t)model->n_actions + (size_t)action;
    if (pair < builder->last_pair) {
        return RILL_INVALID;
    }
    builder->last_pair = pair;
    if (probability == 0.0) {
        return RILL_OK;
    }
    // the pair's outcomes are the last ones
    size_t count = model->first[pair + 1];
    rill_transition *end = model->transitions + builder->n_transitions;
    for (rill_transition *t = end - (count < MAX_LOOK_BACK ? count : MAX_LOOK_BACK); t < end; t++) {
        if (t->next == next && t->reward == reward && t->terminated == terminated) {
            t->probability += probability;
            return RILL_OK;
        }
    }
    if (builder->n_transitions == builder->capacity) {
        rill_status status = grow(builder);
        if (status != RILL_OK) {
            return status;
        }
    }
    model->transitions[builder->n_transitions++] =
        (rill_transition){probability, reward, next, terminated};
    model->first[pair + 1]++; // counts for now; summed up in rill_model_build
    return RILL_OK;
}

rill_status rill_model_refuse(rill_model_builder *builder, const char *reason)
{
    builder->refusal = reason;
    return RILL_INVALID;
}

const char *rill_model_refusal(const rill_model_builder *builder)
{
    return builder->refusal;
}

static bool is_one(double sum)
{
    return fabs(sum - 1.0) <= 1e-9;
}

rill_status rill_model_build(rill_model_builder *builder, rill_model **out, rill_error *error)
{
    rill_model *model = builder->model;
    *out = NULL;
    if (model == NULL) {
        return rill_error_set(error, RILL_INVALID, "", "the model was not begun");
    }
    if (builder->has_bad_start) {
        return rill_error_set(error, RILL_INVALID, "",
                              "a start state or its probability is out of range");
    }
    size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
    for (size_t pair = 0; pair < n_pairs; pair++) {
        double sum = 0.0;
        model->first[pair + 1] += model->first[pair];
        for (size_t i = model->first[pair]; i < model->first[pair + 1]; i++) {
            sum += model->transitions[i].probability;
        }
        if (model->first[pair + 1] > model->first[pair] && !is_one(sum)) {
            return rill_error_set(error, RILL_INVALID, "",
                                  "probabilities of state %zu, action %zu sum to %.17g, not 1",
                                  pair / (size_t)model->n_actions, pair % (size_t)model->n_actions,
                                  sum);
        }
    }
    double sum = 0.0;
    for (int32_t s = 0; s < model->n_states; s++) {
        sum += model->start[s];
    }
    if (!is_one(sum)) {
        return rill_error_set(error, RILL_INVALID, "",
                              "start-state probabilities sum to %.17g, not 1", sum);
    }
    builder->model = NULL;
    *out = model;
    return RILL_OK;
}

/// Adds the outcomes of (state, taken) to those of (state, action), with a probability.
static rill_status add_outcomes(const rill_model *model, int32_t state, int32_t action,
                                int32_t taken, double probability, rill_model_builder *builder)
{
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, state, taken, &count);
    rill_status status = RILL_OK;
    for (size_t i = 0; i < count && status == RILL_OK; i++) {
        status = rill_model_add(builder, state, action, probability * t[i].probability, t[i].next,
                                t[i].reward, t[i].terminated);
    }
    return status;
}

static rill_status add_softened(const rill_model *model, double epsilon,
                                rill_model_builder *builder)
{
    rill_status status = rill_model_begin(builder, model->n_states, model->n_actions);
    for (int32_t s = 0; s < model->n_states && status == RILL_OK; s++) {
        int32_t n_available = 0;
        rill_model_add_start(builder, s, model->start[s]);
        for (int32_t a = 0; a < model->n_actions; a++) {
            n_available += rill_model_is_available(model, s, a);
        }
        for (int32_t a = 0; a < model->n_actions; a++) {
            if (!rill_model_is_available(model, s, a)) {
                continue;
            }
            status =
                status == RILL_OK ? add_outcomes(model, s, a, a, 1.0 - epsilon, builder) : status;
            for (int32_t b = 0; b < model->n_actions && status == RILL_OK; b++) {
                status = add_outcomes(model, s, a, b, epsilon / n_available, builder);
            }
        }
    }
    return status;
}

rill_status rill_model_soften(const rill_model *model, double epsilon, rill_model **soft,
                              rill_error *error)
{
    *soft = NULL;
    if (!(epsilon >= 0.0 && epsilon <= 1.0)) {
        return rill_error_set(error, RILL_INVALID, "epsilon",
                              "%.15g is out of range, allowed is 0 to 1", epsilon);
    }
    rill_model_builder *builder = rill_model_builder_create();
    if (builder == NULL || add_softened(model, epsilon, builder) != RILL_OK) {
        rill_model_builder_destroy(builder);
        return rill_error_no_memory(error);
    }
    rill_status status = rill_model_build(builder, soft, error);
    rill_model_builder_destroy(builder);
    return status;
}

double rill_model_backup(const rill_model *model, const double *values, double gamma, int32_t state,
                         int32_t action)
{
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, state, action, &count);
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        double next = t[i].terminated ? 0.0 : values[t[i].next];
        sum += t[i].probability * (t[i].reward + gamma * next);
    }
    return sum;
}

bool rill_model_is_available(const rill_model *model, int32_t state, int32_t action)
{
    size_t count = 0;
    rill_model_outcomes(model, state, action, &count);
    return count > 0;
}

rill_status rill_model_decision_states(const rill_model *model, uint8_t *mask)
{
    int32_t *queue = rill_memory_take((size_t)model->n_states * sizeof *queue);
    if (queue == NULL) {
        return RILL_NO_MEMORY;
    }
    // breadth first over transitions that do not terminate
    int32_t head = 0;
    int32_t tail = 0;
    for (int32_t s = 0; s < model->n_states; s++) {
        mask[s] = model->start[s] > 0.0;
        if (mask[s]) {
            queue[tail++] = s;
        }
    }
    while (head < tail) {
        int32_t s = queue[head++];
        bool is_terminal = true;
        for (int32_t a = 0; a < model->n_actions; a++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, a, &count);
            is_terminal = is_terminal && count == 0;
            for (size_t i = 0; i < count; i++) {
                if (!t[i].terminated && !mask[t[i].next]) {
                    mask[t[i].next] = 1;
                    queue[tail++] = t[i].next;
                }
            }
        }
        if (is_terminal) {
            mask[s] = 2; // visited, but nothing is decided there
        }
    }
    for (int32_t s = 0; s < model->n_states; s++) {
        mask[s] = mask[s] == 1;
    }
    rill_memory_release(queue);
    return RILL_OK;
}
