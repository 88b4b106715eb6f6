// What every environment owes its users, checked over the registry: a new file in envs/ is covered
// by being there.
#include "tests/conformance.h"

#include "tests/allocations.h"

// ---- traces ----

/// What n steps of random actions showed: observation, reward and flags of each.
typedef struct trace {
    unsigned char *bytes;
    size_t size;
} trace;

static void trace_add(trace *t, const void *bytes, size_t size)
{
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
}

/// Plays on from the present state, resetting after each end.
static trace play(rill_env *env, uint64_t action_seed, int n)
{
    const size_t observation_size = value_size(&env->observation_space);
    trace t = {malloc((size_t)n * (2 * observation_size + sizeof(double) + 2)), 0};
    unsigned char *observation_bytes = malloc(observation_size);
    float box[MAX_BOX];
    rill_rng actions;
    rill_rng_seed(&actions, action_seed);
    for (int i = 0; i < n; i++) {
        rill_outcome outcome;
        rill_action action = random_action(&env->action_space, &actions, box);
        rill_observation observation = rill_env_step(env, action, &outcome);
        const unsigned char flags[] = {outcome.terminated, outcome.truncated};
        trace_add(&t, &outcome.reward, sizeof outcome.reward);
        trace_add(&t, flags, sizeof flags);
        copy_value(&env->observation_space, observation, observation_bytes);
        trace_add(&t, observation_bytes, observation_size);
        if (rill_outcome_is_last(&outcome)) {
            copy_value(&env->observation_space, rill_env_reset(env), observation_bytes);
            trace_add(&t, observation_bytes, observation_size);
        }
    }
    free(observation_bytes);
    return t;
}

/// Compares two traces and frees both.
static void assert_same(const char *name, trace a, trace b)
{
    ASSERT_FOR(name, a.size == b.size);
    ASSERT_FOR(name, memcmp(a.bytes, b.bytes, a.size) == 0);
    free(a.bytes);
    free(b.bytes);
}

static rill_env *clone_of(const rill_env *env)
{
    rill_env *clone = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_env_clone(&clone, env, &error), &error);
    return clone;
}

// ---- identity ----

START_TEST(test_ids_are_file_names)
{
    const char *ids[256] = {NULL};
    for (size_t i = 0; rill_env_type_list()[i] != NULL; i++) {
        ids[i] = rill_env_type_list()[i]->id;
        ck_assert_ptr_eq(rill_env_type_find(ids[i], NULL, NULL), rill_env_type_list()[i]);
    }
    check_files_are_ids("envs", "", ids);
}
END_TEST

static void check_description(rill_env *env, const char *name)
{
    const rill_env_type *type = env->type;
    ASSERT_FOR(name, type->summary != NULL && type->summary[0] != '\0');
    ASSERT_FOR(name, type->source != NULL && type->source[0] != '\0');
    ASSERT_FOR(name, env->observation_space.size > 0 && env->action_space.size > 0);
    ASSERT_FOR(name, (type->n_state_values > 0) == (type->set_state != NULL));
    ASSERT_FOR(name, (type->n_state_values > 0) == (type->get_state != NULL));
    int32_t n_names = 0;
    while (type->action_names != NULL && type->action_names[n_names] != NULL) {
        n_names++;
    }
    ASSERT_FOR(name, type->action_names == NULL || n_names >= env->action_space.size);
    ASSERT_FOR(name, type->grid == NULL || env->observation_space.kind == RILL_SPACE_DISCRETE);
    if (type->grid != NULL) {
        rill_grid grid;
        type->grid(env->params, &grid);
        ASSERT_FOR(name, grid.rows * grid.columns == env->observation_space.size);
        for (int32_t s = 0; s < env->observation_space.size; s++) {
            ASSERT_FOR(name, grid.cell(env->params, s) <= RILL_CELL_START);
        }
    }
}

START_TEST(test_description)
{
    for_each_env(check_description);
}
END_TEST

START_TEST(test_parameters)
{
    for (const rill_env_type *const *type = rill_env_type_list(); *type != NULL; type++) {
        check_param_table((*type)->id, (*type)->params, (*type)->params_size);
        // and from the outside, by a name that no table has
        rill_env *env = NULL;
        rill_error error = {0};
        const char *assignments[] = {"no_such_parameter=1", NULL};
        ASSERT_REFUSED(rill_env_create(&env, (*type)->id, assignments, &error), &error,
                       "no_such_parameter", "unknown parameter");
        ck_assert_ptr_null(env);
    }
}
END_TEST

START_TEST(test_unknown_id)
{
    rill_env *env = NULL;
    rill_error error = {0};
    ASSERT_REFUSED(rill_env_create(&env, "cliff_wlaking", NULL, &error), &error, "id",
                   "unknown environment \"cliff_wlaking\"; did you mean \"cliff_walking\"?");
    ASSERT_REFUSED(rill_env_create(&env, "CliffWalking-v2", NULL, &error), &error, "id",
                   "\"CliffWalking-v1\"");
    ASSERT_REFUSED(rill_env_create(&env, "zzzzzzzzzzzz", NULL, &error), &error, "id",
                   "`rill list envs`");
    ck_assert_int_eq(rill_env_create(&env, "zzz", NULL, NULL), RILL_INVALID);
    ck_assert_ptr_null(env);
    ASSERT_REFUSED(rill_env_create_from(&env, rill_env_type_list()[0], NULL, -1, &error), &error,
                   "max_episode_steps", "-1 is negative");
}
END_TEST

// ---- reproducibility ----

static void check_seed(rill_env *env, const char *name)
{
    rill_env *other = clone_of(env);
    rill_env_seed(env, 7);
    rill_env_reset(env);
    trace first = play(env, 1, 3000);
    // a new instance, and the same one with a past
    rill_env *const again[] = {other, env};
    for (int i = 0; i < 2; i++) {
        rill_env_seed(again[i], 7);
        rill_env_reset(again[i]);
        trace copy = {memcpy(malloc(first.size), first.bytes, first.size), first.size};
        assert_same(name, copy, play(again[i], 1, 3000));
    }
    free(first.bytes);
    rill_env_destroy(other);
}

START_TEST(test_same_seed_same_bytes)
{
    for_each_env(check_seed);
}
END_TEST

static void check_copies(rill_env *env, const char *name)
{
    rill_env *untouched = clone_of(env);
    rill_env_reset(env);
    free(play(env, 2, 777).bytes);
    unsigned char *saved = malloc(env->data_size);
    rill_env_save(env, saved);
    rill_env *clone = clone_of(env);

    trace future = play(env, 3, 1000);
    trace copy = {memcpy(malloc(future.size), future.bytes, future.size), future.size};
    assert_same(name, copy, play(clone, 3, 1000)); // which the original's future left alone

    rill_env_restore(untouched, saved);
    ck_assert_mem_eq(untouched->data, saved, env->data_size);
    assert_same(name, future, play(untouched, 3, 1000));

    free(saved);
    rill_env_destroy(clone);
    rill_env_destroy(untouched);
}

START_TEST(test_copied_state_has_the_same_future)
{
    for_each_env(check_copies);
}
END_TEST

static void check_state_values(rill_env *env, const char *name)
{
    rill_error error = {0};
    double values[256] = {0.0};
    ASSERT_FOR(name, env->n_state_values <= env->type->n_state_values);
    if (env->n_state_values == 0) {
        ASSERT_REFUSED(rill_env_set_state(env, values, &error), &error, "state",
                       "does not offer to set its state");
        return;
    }
    ck_assert_int_le(env->n_state_values, 256);
    rill_env *other = clone_of(env);
    rill_env_reset(other);
    rill_env_reset(env);
    for (int i = 0; i < 20; i++) {
        free(play(env, 4, 25).bytes);
        env->type->get_state(env->params, env->state, values);
        ASSERT_OK(rill_env_set_state(other, values, &error), &error);
        ASSERT_FOR(name, other->data->elapsed == 0);
        other->data->rng = env->data->rng;
        other->data->elapsed = env->data->elapsed;
        assert_same(name, play(env, 5, 100), play(other, 5, 100));
    }
    values[0] = (double)NAN;
    error = (rill_error){0};
    ASSERT_FOR(name, rill_env_set_state(env, values, &error) == RILL_INVALID);
    ASSERT_FOR(name, error.message[0] != '\0');
    rill_env_destroy(other);
}

START_TEST(test_state_as_numbers_and_back)
{
    for_each_env(check_state_values);
}
END_TEST

// ---- what a step answers ----

static void check_values(rill_env *env, const char *name)
{
    float box[MAX_BOX];
    rill_rng actions;
    rill_rng_seed(&actions, 6);
    rill_observation observation = rill_env_reset(env);
    for (int i = 0; i < 5000; i++) {
        ASSERT_FOR(name, rill_space_contains(&env->observation_space, observation));
        rill_outcome outcome = {(double)NAN, true, true};
        rill_action action = random_action(&env->action_space, &actions, box);
        observation = rill_env_step(env, action, &outcome);
        ASSERT_FOR(name, isfinite(outcome.reward));
        ASSERT_FOR(name, rill_space_contains(&env->observation_space, observation));
        unsigned char seen[MAX_BOX * sizeof(float)], present[MAX_BOX * sizeof(float)];
        copy_value(&env->observation_space, observation, seen);
        copy_value(&env->observation_space, rill_env_observe(env), present);
        ASSERT_FOR(name, memcmp(seen, present, value_size(&env->observation_space)) == 0);
        if (rill_outcome_is_last(&outcome)) {
            observation = rill_env_reset(env);
        }
    }
}

START_TEST(test_values_lie_in_their_spaces)
{
    for_each_env(check_values);
}
END_TEST

/// The number of steps of an episode of random actions, of at most `limit`, from a seed.
static int64_t episode_length(rill_env *env, int64_t limit, rill_outcome *outcome)
{
    float box[MAX_BOX];
    rill_rng actions;
    rill_rng_seed(&actions, 8);
    rill_env_seed(env, 9);
    rill_env_reset(env);
    int64_t n = 0;
    do {
        rill_env_step(env, random_action(&env->action_space, &actions, box), outcome);
        n++;
    } while (n < limit && !rill_outcome_is_last(outcome));
    return n;
}

static void check_time_limit(rill_env *env, const char *name)
{
    const rill_env_type *type = env->type;
    const int64_t ample = 200000;
    rill_outcome natural;
    const int64_t length = episode_length(env, ample, &natural);
    const bool is_natural = natural.terminated;
    // limits below, at and above the natural length; 7 where there is none
    for (int64_t limit = is_natural ? length - 1 : 7; limit <= (is_natural ? length + 1 : 7);
         limit++) {
        if (limit == 0) {
            continue; // no limit
        }
        rill_env *limited = NULL;
        rill_error error = {0};
        void *params = rill_params_clone(type->params, type->params_size, env->params);
        ASSERT_OK(rill_env_create_from(&limited, type, params, limit, &error), &error);
        for (int again = 0; again < 2; again++) { // the clock starts anew at a reset
            rill_outcome outcome;
            int64_t n = episode_length(limited, ample, &outcome);
            ASSERT_FOR(name, n == (is_natural && limit > length ? length : limit));
            ASSERT_FOR(name, outcome.truncated == (n == limit));
            ASSERT_FOR(name, outcome.terminated == (is_natural && limit >= length));
        }
        rill_env_destroy(limited);
    }
}

START_TEST(test_time_limit)
{
    for_each_env(check_time_limit);
}
END_TEST

// ---- both forms of step ----

static void check_kernels(rill_env *env, const char *name)
{
    enum { N = 3 };
    const rill_env_type *type = env->type;
    const size_t observation_size = value_size(&env->observation_space);
    const size_t action_size = value_size(&env->action_space);
    unsigned char *states = malloc(N * type->state_size);
    unsigned char *observations = calloc(N, observation_size);
    unsigned char *actions = calloc(N, action_size);
    unsigned char *expected = malloc(observation_size);
    rill_rng rngs[N], rng;
    double rewards[N];
    uint8_t terminated[N], truncated[N];
    float box[MAX_BOX];
    rill_rng_seed(&rng, 10);
    rill_env_reset(env);
    for (int i = 0; i < 300; i++) {
        // two lanes in the environment's own state; the one between them rests
        const uint8_t is_idle[N] = {0, 1, 0};
        rill_action action = random_action(&env->action_space, &rng, box);
        for (int lane = 0; lane < N; lane++) {
            memcpy(states + (size_t)lane * type->state_size, env->state, type->state_size);
            rngs[lane] = env->data->rng;
            memcpy(actions + (size_t)lane * action_size,
                   env->action_space.kind == RILL_SPACE_DISCRETE ? (const void *)&action.index
                                                                 : action.box,
                   action_size);
            rewards[lane] = 123.0;
            terminated[lane] = truncated[lane] = 77;
        }
        memset(observations, 0x5a, N * observation_size);
        rill_lanes lanes = {.n = N,
                            .params = env->params,
                            .states = states,
                            .rngs = rngs,
                            .is_idle = is_idle,
                            .actions = actions,
                            .observations = observations,
                            .rewards = rewards,
                            .terminated = terminated,
                            .truncated = truncated,
                            .observation_size = env->observation_space.size,
                            .action_size = env->action_space.size};
        type->step_batch(&lanes);

        ASSERT_FOR(name, memcmp(states + type->state_size, env->state, type->state_size) == 0);
        ASSERT_FOR(name, rewards[1] == 123.0 && terminated[1] == 77 && truncated[1] == 77);
        for (size_t b = 0; b < observation_size; b++) {
            ASSERT_FOR(name, observations[observation_size + b] == 0x5a);
        }

        rill_outcome outcome;
        copy_value(&env->observation_space, rill_env_step(env, action, &outcome), expected);
        for (int lane = 0; lane < N; lane += 2) {
            ASSERT_FOR(name, memcmp(&rewards[lane], &outcome.reward, sizeof(double)) == 0);
            ASSERT_FOR(name, terminated[lane] == outcome.terminated);
            ASSERT_FOR(name, memcmp(observations + (size_t)lane * observation_size, expected,
                                    observation_size) == 0);
            ASSERT_FOR(name, memcmp(&rngs[lane], &env->data->rng, sizeof(rill_rng)) == 0);
        }
        memset(observations, 0x5a, N * observation_size);
        type->observe_batch(&lanes);
        ASSERT_FOR(name, memcmp(observations, expected, observation_size) == 0);
        ASSERT_FOR(name, observations[observation_size] == 0x5a);
        if (rill_outcome_is_last(&outcome)) {
            rill_env_reset(env);
        }
    }
    free(states);
    free(observations);
    free(actions);
    free(expected);
}

START_TEST(test_step_batch_equals_step)
{
    for_each_env(check_kernels);
}
END_TEST

// ---- memory ----

static void check_steps_allocate_nothing(rill_env *env, const char *name)
{
    float box[MAX_BOX];
    rill_rng actions;
    rill_rng_seed(&actions, 11);
    const long before = allocations_made;
    rill_env_reset(env);
    for (int i = 0; i < 2000; i++) {
        rill_outcome outcome;
        rill_env_step(env, random_action(&env->action_space, &actions, box), &outcome);
        if (rill_outcome_is_last(&outcome)) {
            rill_env_reset(env);
        }
    }
    ASSERT_FOR(name, allocations_made == before);
}

START_TEST(test_steps_allocate_nothing)
{
    if (are_allocations_counted("test_steps_allocate_nothing")) {
        for_each_env(check_steps_allocate_nothing);
    }
}
END_TEST

/// Fails the first allocation, then the second, ... until a call succeeds; each failure is reported
/// and leaks nothing.
#define CHECK_OUT_OF_MEMORY(name, call, result, destroy)                  \
    do {                                                                  \
        rill_status memory_status = RILL_NO_MEMORY;                       \
        for (long n = 1; memory_status != RILL_OK; n++) {                 \
            rill_error error = {0};                                       \
            const long live = allocations_live;                           \
            ASSERT_FOR(name, n < 10000);                                  \
            allocations_until_failure = n;                                \
            memory_status = (call);                                       \
            allocations_until_failure = 0;                                \
            if (memory_status == RILL_OK) {                               \
                ASSERT_FOR(name, n > 1);                                  \
                destroy(result);                                          \
            } else {                                                      \
                ASSERT_FOR(name, memory_status == RILL_NO_MEMORY);        \
                ASSERT_FOR(name, error.status == RILL_NO_MEMORY);         \
                ASSERT_FOR(name, strstr(error.message, "out of memory")); \
                ASSERT_FOR(name, (result) == NULL);                       \
            }                                                             \
            ASSERT_FOR(name, allocations_live == live);                   \
        }                                                                 \
    } while (0)

/// The environment's model. NULL when it has none and says so; a type that has one has it with its
/// default parameters.
static rill_model *try_model(const rill_env *env, const char *name)
{
    rill_error error = {0};
    rill_model *model = NULL;
    if (rill_env_model(env, &model, &error) == RILL_OK) {
        return model;
    }
    ASSERT_FOR(name, error.status == RILL_INVALID);
    ck_assert_msg(strstr(error.message, "not a finite MDP") != NULL, "%s: %s", name, error.message);
    if (env->type->model != NULL) {
        rill_env *original = NULL;
        ASSERT_OK(rill_env_create(&original, env->type->id, NULL, &error), &error);
        ASSERT_OK(rill_env_model(original, &model, &error), &error);
        rill_env_destroy(original);
        rill_model_destroy(model);
    }
    return NULL;
}

static void check_out_of_memory(rill_env *env, const char *name)
{
    rill_env *created = NULL, *clone = NULL;
    CHECK_OUT_OF_MEMORY(name, rill_env_create(&created, env->type->id, NULL, &error), created,
                        rill_env_destroy);
    CHECK_OUT_OF_MEMORY(name, rill_env_clone(&clone, env, &error), clone, rill_env_destroy);
    rill_model *model = try_model(env, name);
    if (model != NULL) {
        rill_model_destroy(model);
        CHECK_OUT_OF_MEMORY(name, rill_env_model(env, &model, &error), model, rill_model_destroy);
    }
}

START_TEST(test_out_of_memory)
{
    if (are_allocations_counted("test_out_of_memory")) {
        for_each_env(check_out_of_memory);
    }
}
END_TEST

// ---- the model ----

static bool is_same_outcome(const rill_transition *a, const rill_transition *b)
{
    return a->next == b->next && a->reward == b->reward && a->terminated == b->terminated;
}

static void check_model_structure(rill_env *env, const char *name)
{
    rill_model *model = try_model(env, name);
    if (model == NULL) {
        return;
    }
    if (env->type->model_state == NULL) {
        ASSERT_FOR(name, env->observation_space.kind == RILL_SPACE_DISCRETE);
        ASSERT_FOR(name, model->n_states == env->observation_space.size);
    }
    ASSERT_FOR(name, env->action_space.kind == RILL_SPACE_DISCRETE);
    ASSERT_FOR(name, model->n_actions == env->action_space.size);
    double start = 0.0;
    for (int32_t s = 0; s < model->n_states; s++) {
        ASSERT_FOR(name, model->start[s] >= 0.0);
        start += model->start[s];
        for (int32_t a = 0; a < model->n_actions; a++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(model, s, a, &count);
            double sum = 0.0;
            for (size_t i = 0; i < count; i++) {
                ASSERT_FOR(name, t[i].probability > 0.0 && t[i].probability <= 1.0 + 1e-12);
                ASSERT_FOR(name, t[i].next >= 0 && t[i].next < model->n_states);
                ASSERT_FOR(name, isfinite(t[i].reward));
                for (size_t k = 0; k < i; k++) {
                    ASSERT_FOR(name, !is_same_outcome(&t[i], &t[k]));
                }
                sum += t[i].probability;
            }
            ASSERT_FOR(name, count == 0 || fabs(sum - 1.0) < 1e-12);
        }
    }
    ASSERT_FOR(name, fabs(start - 1.0) < 1e-12);
    rill_model_destroy(model);
}

START_TEST(test_model_structure)
{
    for_each_env(check_model_structure);
}
END_TEST

/// What steps showed of each transition of a model. Where the model's rewards are expectations:
/// by how much the steps' rewards exceed them in all, and the sum of the squares.
typedef struct tally {
    const rill_model *model;
    int64_t *counts;
    bool has_expected_rewards;
    double excess, squares;
} tally;

/// The state of the model that the environment is in.
static int32_t model_state(const rill_env *env)
{
    return env->type->model_state == NULL ? rill_env_observe(env).index
                                          : env->type->model_state(env->params, env->state);
}

/// Counts an outcome of (state, action) under the transition that equals it; one that the model
/// does not have is a failure.
static void count_outcome(const char *name, tally *seen, int32_t state, int32_t action,
                          rill_transition outcome)
{
    const rill_model *model = seen->model;
    const double reward = outcome.reward;
    size_t n = 0, i = 0;
    const rill_transition *t = rill_model_outcomes(model, state, action, &n);
    for (; i < n; i++) {
        outcome.reward = seen->has_expected_rewards ? t[i].reward : reward;
        if (is_same_outcome(&t[i], &outcome)) {
            break;
        }
    }
    if (i == n) {
        ck_abort_msg("%s: (%d, %d) -> %d, reward %.17g, terminated %d is not in the model", name,
                     state, action, outcome.next, reward, outcome.terminated);
    }
    seen->counts[&t[i] - model->transitions]++;
    seen->excess += reward - t[i].reward;
    seen->squares += (reward - t[i].reward) * (reward - t[i].reward);
}

/// Chi-square of the counts of each pair; 1e-6 is the false-alarm rate of all together.
static void check_counts(const char *name, const rill_model *model, const int64_t *counts)
{
    const size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
    for (size_t pair = 0; pair < n_pairs; pair++) {
        const size_t first = model->first[pair], n = model->first[pair + 1] - first;
        const rill_transition *t = &model->transitions[first];
        double *probabilities = calloc(n + 1, sizeof *probabilities);
        for (size_t i = 0; i < n; i++) {
            probabilities[i] = t[i].probability;
        }
        double p = test_chi_square(probabilities, &counts[first], n);
        ck_assert_msg(p > 1e-6 / (double)n_pairs, "%s: state %zu, action %zu: p = %g", name,
                      pair / (size_t)model->n_actions, pair % (size_t)model->n_actions, p);
        free(probabilities);
    }
}

/// True when an action can be taken and does something: it may change the state or end the episode.
static bool has_effect(const rill_model *model, int32_t state, int32_t action)
{
    size_t n = 0;
    const rill_transition *t = rill_model_outcomes(model, state, action, &n);
    size_t i = 0;
    while (i < n && t[i].next == state && !t[i].terminated) {
        i++;
    }
    return i < n;
}

/// The present state's mask: the actions that the model has outcomes for. It may leave out those
/// without an effect.
static void check_mask(const rill_env *env, const char *name, const rill_model *model,
                       int32_t state, uint8_t *mask)
{
    memset(mask, env->type->mask == NULL ? 1 : 77, (size_t)model->n_actions);
    if (env->type->mask != NULL) {
        env->type->mask(env->params, env->state, mask);
    }
    for (int32_t a = 0; a < model->n_actions; a++) {
        ASSERT_FOR(name, mask[a] == 1 ? rill_model_is_available(model, state, a)
                                      : mask[a] == 0 && !has_effect(model, state, a));
    }
}

/// Random play of available actions: outcomes, starts and visited states are the model's.
static void count_play(rill_env *env, const char *name, tally *seen)
{
    const rill_model *model = seen->model;
    uint8_t *mask = malloc((size_t)model->n_actions);
    int64_t *starts = calloc((size_t)model->n_states, sizeof *starts);
    uint8_t *is_decision = calloc((size_t)model->n_states, 1);
    ck_assert_int_eq(rill_model_decision_states(model, is_decision), RILL_OK);
    rill_rng actions;
    rill_rng_seed(&actions, 12);
    rill_env_reset(env);
    int32_t state = model_state(env);
    starts[state]++;
    for (int i = 0; i < 100000; i++) {
        ASSERT_FOR(name, is_decision[state] == 1);
        check_mask(env, name, model, state, mask);
        rill_outcome outcome;
        rill_action action;
        do {
            action = random_action(&env->action_space, &actions, NULL);
        } while (mask[action.index] == 0);
        rill_env_step(env, action, &outcome);
        const int32_t next = model_state(env);
        count_outcome(name, seen, state, action.index,
                      (rill_transition){0.0, outcome.reward, next, outcome.terminated});
        state = next;
        if (env->type->restart != NULL && i % 100 == 99) {
            env->type->restart(env->params, env->state); // the model is of a world yet to change
        }
        if (rill_outcome_is_last(&outcome) || i % 100 == 99) {
            rill_env_reset(env);
            state = model_state(env);
            starts[state]++;
        }
    }
    ASSERT_FOR(name, test_chi_square(model->start, starts, (size_t)model->n_states) > 1e-6);
    free(mask);
    free(starts);
    free(is_decision);
}

/// Every pair of the model, from the state put there.
static void count_sweep(rill_env *env, const char *name, tally *seen)
{
    const rill_model *model = seen->model;
    rill_outcome outcome;
    for (int32_t s = 0; s < model->n_states; s++) {
        for (int32_t a = 0; a < model->n_actions; a++) {
            size_t n_outcomes = 0;
            rill_model_outcomes(model, s, a, &n_outcomes);
            const int n = n_outcomes == 0 ? 0 : n_outcomes == 1 ? 3 : 1000;
            for (int i = 0; i < n; i++) {
                const double value = s;
                rill_error error = {0};
                ASSERT_FOR(name, rill_env_set_state(env, &value, &error) == RILL_OK);
                ASSERT_FOR(name, model_state(env) == s);
                rill_env_step(env, (rill_action){.index = a}, &outcome);
                const int32_t next = model_state(env);
                count_outcome(name, seen, s, a,
                              (rill_transition){0.0, outcome.reward, next, outcome.terminated});
            }
        }
    }
}

static void check_model_frequencies(rill_env *env, const char *name)
{
    rill_model *model = try_model(env, name);
    if (model == NULL) {
        return;
    }
    const size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
    tally seen = {model, calloc(model->first[n_pairs] + 1, sizeof *seen.counts),
                  env->type->has_expected_rewards, 0.0, 0.0};
    count_play(env, name, &seen);
    if (env->n_state_values == 1) { // the number is the model's state
        count_sweep(env, name, &seen);
    }
    check_counts(name, model, seen.counts);
    ASSERT_FOR(name, fabs(seen.excess) <= 5.5 * sqrt(seen.squares)); // false alarm 4e-8
    free(seen.counts);
    rill_model_destroy(model);
}

START_TEST(test_model_agrees_with_steps)
{
    for_each_env(check_model_frequencies);
}
END_TEST

TEST_MAIN(test_ids_are_file_names, test_description, test_parameters, test_unknown_id,
          test_same_seed_same_bytes, test_copied_state_has_the_same_future,
          test_state_as_numbers_and_back, test_values_lie_in_their_spaces, test_time_limit,
          test_step_batch_equals_step, test_steps_allocate_nothing, test_out_of_memory,
          test_model_structure, test_model_agrees_with_steps)
