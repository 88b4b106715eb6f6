// What every agent that learns on any features owes its users, checked over the registry: on features
// that make a table it is the agent on a table, to the bit; it does not matter how features are written
// or indexed; the recommended step size is the step size divided by the number of tilings; and with
// features that remember it can be saved, copied, asked, and it never allocates.
#include "tests/allocations.h"
#include "tests/linear_agents.h"

// ---- agents of one type on several features ----

enum { MAX_STATES = 32, MAX_ACTIONS = 8, STEPS = 1500 };

/// Agents for boxes alone have their own test.
static bool is_covered(const rill_agent_type *type)
{
    return type->is_linear && !type->needs_box;
}

/// "Every" visit, and little room where some is needed. What evaluates a policy has one that differs
/// from state to state, and so has every behaviour.
static rill_agent *make(const rill_agent_type *type, const rill_env *env, features_of map,
                        const char *settings)
{
    const bool is_discrete = env->observation_space.kind == RILL_SPACE_DISCRETE;
    const int32_t n_states = is_discrete ? env->observation_space.size : 1;
    const bool is_prediction = type->estimates == RILL_ESTIMATES_STATE_VALUES;
    double policy[MAX_STATES * MAX_ACTIONS], behaviour[MAX_STATES * MAX_ACTIONS];
    char all[2048];
    linear_policy(policy, n_states, env->action_space.size, 1);
    linear_policy(behaviour, n_states, env->action_space.size, 2);
    snprintf(all, sizeof all,
             "visits=every max_steps=30 max_samples=200 every=300 alpha=0.2 gamma=0.9 %s",
             settings);
    rill_model *model = NULL;
    rill_error error = {0};
    if (type->needs_model) {
        ASSERT_OK(rill_env_model(env, &model, &error), &error);
    }
    rill_agent *agent =
        linear_agent(type, env->observation_space, env->action_space, map, all,
                     is_prediction ? policy : NULL, type->has_behaviour ? behaviour : NULL, model);
    rill_model_destroy(model);
    return agent;
}

/// As many numbers `value` as there are features: the weights at the start.
static const char *equal_weights(char *text, size_t size, int32_t n_features, double value)
{
    size_t length = (size_t)snprintf(text, size, "initial_weights=%g", value);
    for (int32_t i = 1; i < n_features; i++) {
        length += (size_t)snprintf(text + length, size - length, ",%g", value);
    }
    ck_assert_uint_lt(length, size);
    return text;
}

// ---- in step ----

/// An agent in an environment of its own.
typedef struct session {
    rill_env *env;
    rill_agent *agent;
    rill_observation observation;
    rill_action action;
    int32_t n_ended;
    bool is_terminated, is_cut; ///< some episode was
} session;

static rill_env *environment(const char *id, const char *settings, int64_t max_episode_steps)
{
    rill_error error = {0};
    rill_env *env = NULL;
    const rill_env_type *type = rill_env_type_find(id, NULL, &error);
    void *params = rill_params_create(type->params, type->params_size);
    assign_known(type->params, params, settings);
    ASSERT_OK(rill_env_create_from(&env, type, params, max_episode_steps, &error), &error);
    rill_env_seed(env, 5);
    return env;
}

static void begin(session *s)
{
    s->observation = rill_env_reset(s->env);
    s->action = rill_agent_start(s->agent, s->observation);
}

static void go_on(session *s)
{
    rill_outcome outcome;
    s->observation = rill_env_step(s->env, s->action, &outcome);
    if (rill_outcome_is_last(&outcome)) {
        rill_agent_finish(s->agent, &outcome, s->observation);
        s->n_ended++;
        s->is_terminated |= outcome.terminated;
        s->is_cut |= !outcome.terminated;
        begin(s);
    } else {
        s->action = rill_agent_step(s->agent, outcome.reward, s->observation);
    }
}

static void end(session *s)
{
    rill_agent_destroy(s->agent);
    rill_env_destroy(s->env);
}

static void check_equal(const char *name, const char *what, double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance * fmax(1.0, fabs(a)))) {
        ck_abort_msg("%s: %s is %.17g and %.17g", name, what, a, b);
    }
}

/// Two agents take the same actions and have the same estimates of all states that they have been in.
/// `tolerance` 0: the same numbers. Destroys the agents.
static void check_same(const char *name, const rill_env *env, rill_agent *one, rill_agent *other,
                       double tolerance)
{
    session a = {.agent = one}, b = {.agent = other};
    rill_error error = {0};
    ASSERT_OK(rill_env_clone(&a.env, env, &error), &error);
    ASSERT_OK(rill_env_clone(&b.env, env, &error), &error);
    bool is_known[MAX_STATES] = {false};
    double change = 0.0, first[MAX_ACTIONS];
    begin(&a);
    begin(&b);
    rill_agent_values(one, a.observation, first);
    const int32_t start = a.observation.index, n_values = rill_agent_n_values(one);
    for (int i = 0; i < STEPS; i++) {
        if (a.action.index != b.action.index) {
            ck_abort_msg("%s: step %d: action %d and %d", name, i, a.action.index, b.action.index);
        }
        is_known[a.observation.index] = true;
        go_on(&a);
        go_on(&b);
        is_known[a.observation.index] = true;
        const rill_agent_memory *x = one->memory, *y = other->memory;
        check_equal(name, "the error", x->td_error, y->td_error, tolerance);
        check_equal(name, "the average reward", x->average_reward, y->average_reward, tolerance);
        ASSERT_FOR(name, x->step == y->step && x->update == y->update && x->episode == y->episode);
        for (int32_t s = 0; i % 20 == 0 && s < env->observation_space.size; s++) {
            double v[MAX_ACTIONS], w[MAX_ACTIONS];
            const rill_observation observation = {.index = s};
            rill_agent_values(one, observation, v);
            rill_agent_values(other, observation, w);
            for (int32_t o = 0; is_known[s] && o < n_values; o++) {
                check_equal(name, "an estimate", v[o], w[o], tolerance);
            }
            for (int32_t o = 0; s == start && o < n_values; o++) {
                change = fmax(change, fabs(v[o] - first[o]));
            }
            if (is_known[s]) {
                ASSERT_FOR(name, rill_agent_act_greedily(one, observation).index ==
                                     rill_agent_act_greedily(other, observation).index);
            }
        }
    }
    ASSERT_FOR(name, change > 1e-3 && isfinite(change) && one->memory->update > 0);
    ASSERT_FOR(name, a.is_terminated && a.is_cut);
    end(&a);
    end(&b);
}

/// On any features; there is nothing to compare where a policy alone is learned.
static bool learns_values(const rill_agent_type *type)
{
    return is_covered(type) && !type->learns_no_values;
}

/// An agent on `one` features with its settings, and one on `other` with its own, are the same; in
/// every variant of their traces, replacing ones where both maps are of zeros and ones.
static int check_types(const char *env_id, const char *env_settings, features_of one,
                       const char *one_settings, features_of other, const char *other_settings,
                       bool is_binary, double tolerance)
{
    static const char *const traces[] = {"trace=accumulating", "trace=dutch", "trace=replacing",
                                         "trace=replacing clears_other_actions=true"};
    rill_env *env = environment(env_id, env_settings, 12);
    ck_assert_int_le(env->observation_space.size, MAX_STATES);
    int n_types = 0;
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        const int n_traces = !has_param(*type, "trace")                 ? 1
                             : !is_binary                               ? 2
                             : has_param(*type, "clears_other_actions") ? 4
                                                                        : 3;
        for (int i = 0; learns_values(*type) && i < n_traces; i++) {
            char name[256], a[1024], b[1024];
            snprintf(name, sizeof name, "%s on %s and %s, %s, in %s", (*type)->id, one.id, other.id,
                     traces[i], env_id);
            snprintf(a, sizeof a, "%s %s", one_settings, traces[i]);
            snprintf(b, sizeof b, "%s %s", other_settings, traces[i]);
            // least squares sum in the order of the indices; a dutch trace is z + (1 - alpha z.x) x
            const double least = has_param(*type, "epsilon") ? 1e-9 : i == 1 ? 1e-12 : 0.0;
            check_same(name, env, make(*type, env, one, a), make(*type, env, other, b),
                       fmax(tolerance, least));
        }
        n_types += learns_values(*type);
    }
    rill_env_destroy(env);
    return n_types;
}

// ---- a table ----

static const struct {
    const char *id, *settings, *tiles;
    int32_t n_states;
} worlds[] = {{"random_walk", "n_states=9 reward_left=-1", "tilings=1 tiles=10", 11},
              {"gridworld", "at_goal=terminate", "tilings=1 tiles=24", 25}};
enum { WORLDS = 2 };

static const features_of table = {.id = "one_hot", .settings = ""};

/// One feature for each state, written out in full: dense, with values of their own.
START_TEST(test_written_out_is_a_table)
{
    static double identity[MAX_STATES * MAX_STATES];
    for (int i = 0; i < WORLDS; i++) {
        const int32_t n = worlds[i].n_states;
        memset(identity, 0, sizeof identity);
        for (int32_t s = 0; s < n; s++) {
            identity[s * n + s] = 1.0;
        }
        const features_of written = {"given", "", identity, n};
        char weights[512];
        const char *settings = equal_weights(weights, sizeof weights, n, 0.4);
        ck_assert_int_ge(check_types(worlds[i].id, worlds[i].settings, table, settings, written,
                                     settings, false, 0.0),
                         24);
        check_types(worlds[i].id, worlds[i].settings, table, "initial_sd=0.2 lambda=0.6 n=2",
                    written, "initial_sd=0.2 lambda=0.6 n=2", false, 0.0);
    }
}
END_TEST

/// One tiling with a tile for each state: sparse, of zeros and ones.
START_TEST(test_one_tiling_is_a_table)
{
    for (int i = 0; i < WORLDS; i++) {
        const features_of tiles = {.id = "tile_coding", .settings = worlds[i].tiles};
        check_types(worlds[i].id, worlds[i].settings, table, "initial_value=0.4", tiles,
                    "initial_value=0.4", true, 0.0);
    }
}
END_TEST

/// Tiles that get their indices as they are met.
START_TEST(test_hashed_tiling_is_a_table)
{
    for (int i = 0; i < WORLDS; i++) {
        char settings[128];
        snprintf(settings, sizeof settings, "%s table_size=64", worlds[i].tiles);
        const features_of tiles = {.id = "tile_coding", .settings = settings};
        check_types(worlds[i].id, worlds[i].settings, table, "initial_value=0.4 lambda=0.5", tiles,
                    "initial_value=0.4 lambda=0.5", true, 0.0);
    }
}
END_TEST

// ---- the same features in other forms ----

static const char *const overlapping = "tilings=4 tiles=5";

/// Overlapping tiles, and the same features written out.
START_TEST(test_tiles_written_out)
{
    rill_error error = {0};
    rill_features map;
    rill_env *env = environment("random_walk", worlds[0].settings, 0);
    const rill_features_type *type = rill_features_type_find("tile_coding", &error);
    void *params = rill_params_create(type->params, type->params_size);
    assign_known(type->params, params, overlapping);
    ASSERT_OK(rill_features_create(&map, type, params, env->observation_space, &error), &error);
    const int32_t n_states = env->observation_space.size, n = map.size;
    double *x = calloc((size_t)n_states * (size_t)n, sizeof *x);
    for (int32_t s = 0; s < n_states; s++) {
        int32_t indices[4];
        double values[4];
        const int32_t n_active =
            rill_features_encode(&map, NULL, true, (rill_observation){.index = s}, indices, values);
        ck_assert_int_eq(n_active, 4);
        for (int32_t i = 0; i < n_active; i++) {
            x[s * n + indices[i]] = values[i];
        }
    }
    const features_of tiles = {.id = "tile_coding", .settings = overlapping};
    const features_of written = {"given", "", x, n};
    check_types("random_walk", worlds[0].settings, tiles, "initial_sd=0.2 alpha=0.07", written,
                "initial_sd=0.2 alpha=0.07", false, 0.0);
    free(x);
    rill_features_destroy(&map);
    rill_env_destroy(env);
}
END_TEST

/// Overlapping tiles, and the same ones with indices as they are met.
START_TEST(test_tiles_hashed)
{
    const features_of tiles = {.id = "tile_coding", .settings = overlapping};
    const features_of hashed = {.id = "tile_coding", .settings = "tilings=4 tiles=5 table_size=64"};
    check_types("random_walk", worlds[0].settings, tiles, "initial_value=0.4 alpha=0.07", hashed,
                "initial_value=0.4 alpha=0.07", true, 1e-12);
}
END_TEST

// ---- step sizes ----

/// With the step scale of 8 tilings, steps are those of an eighth of the step size. The steps of the
/// average reward, which is no weight of a feature, have no such scale, nor has what takes no steps.
START_TEST(test_scaled_steps)
{
    rill_env *env = environment("random_walk", worlds[0].settings, 12);
    const features_of plain = {.id = "tile_coding", .settings = "tilings=8 tiles=3"};
    const features_of scaled = {.id = "tile_coding",
                                .settings = "tilings=8 tiles=3 scale_step_size=true"};
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        for (int i = 0; learns_values(*type) && i < (has_param(*type, "trace") ? 3 : 1); i++) {
            static const char *const traces[] = {"trace=accumulating", "trace=dutch",
                                                 "trace=replacing"};
            const bool is_average = (*type)->estimates_average_reward;
            char name[256], large[128], small[128];
            snprintf(name, sizeof name, "%s, %s", (*type)->id, traces[i]);
            snprintf(large, sizeof large, "alpha=0.4 alpha_w=0.4 alpha_theta=0.08 %s %s",
                     is_average ? "eta=0.5" : "beta=0.2", traces[i]);
            snprintf(small, sizeof small, "alpha=0.05 alpha_w=0.05 alpha_theta=0.01 %s %s",
                     is_average ? "eta=4" : "beta=0.025", traces[i]);
            check_same(name, env, make(*type, env, scaled, large), make(*type, env, plain, small),
                       1e-11);
        }
    }
    rill_env_destroy(env);
}
END_TEST

// ---- features that remember ----

/// Whether a type learns on observations that are boxes; what plans on the exact model needs its states.
static bool learns_on_boxes(const rill_agent_type *type)
{
    return is_covered(type) && !type->needs_model;
}

/// Boxes, and a table of tiles that overflows.
static session remembering(const rill_agent_type *type, uint64_t seed)
{
    const features_of tiles = {.id = "tile_coding",
                               .settings =
                                   "tilings=4 tiles=4 table_size=32 low=-0.7,-0.03 high=0,0.03 "
                                   "scale_step_size=true"};
    session s = {.env = environment("mountain_car", "", 25)};
    s.agent = make(type, s.env, tiles, "max_steps=20 max_samples=60 every=100 beta=0.01");
    rill_env_seed(s.env, seed);
    rill_agent_seed(s.agent, seed + 10);
    begin(&s);
    return s;
}

static void go_far(session *s, int n)
{
    for (int i = 0; i < n; i++) {
        go_on(s);
    }
}

START_TEST(test_saved_and_copied)
{
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if (!learns_on_boxes(*type)) {
            continue;
        }
        session whole = remembering(*type, 1), resumed = remembering(*type, 2);
        const size_t size = whole.agent->memory_size;
        unsigned char *bytes = malloc(size), *env_bytes = malloc(whole.env->data_size);
        go_far(&whole, 333);
        go_far(&resumed, 50);
        rill_agent_save(whole.agent, bytes);
        rill_env_save(whole.env, env_bytes);
        session copied = whole;
        rill_error error = {0};
        ASSERT_OK(rill_agent_clone(&copied.agent, whole.agent, &error), &error);
        ASSERT_OK(rill_env_clone(&copied.env, whole.env, &error), &error);
        rill_env_restore(copied.env, env_bytes);
        const rill_action action = whole.action;
        go_far(&whole, 300);
        ASSERT_FOR((*type)->id, memcmp(whole.agent->memory, bytes, size) != 0);

        rill_agent_load(resumed.agent, bytes);
        rill_env_restore(resumed.env, env_bytes);
        resumed.action = action;
        go_far(&resumed, 300);
        ASSERT_FOR((*type)->id, memcmp(whole.agent->memory, resumed.agent->memory, size) == 0);
        go_far(&copied, 300);
        ASSERT_FOR((*type)->id, memcmp(whole.agent->memory, copied.agent->memory, size) == 0);
        ASSERT_FOR((*type)->id, whole.action.index == copied.action.index);
        end(&copied);
        end(&whole);
        end(&resumed);
        free(bytes);
        free(env_bytes);
    }
}
END_TEST

/// The greedy action and the values change nothing, in states that the agent has never been in either.
START_TEST(test_questions_change_nothing)
{
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if (!learns_on_boxes(*type)) {
            continue;
        }
        session s = remembering(*type, 3);
        go_far(&s, 40);
        const size_t size = s.agent->memory_size;
        unsigned char *bytes = malloc(size);
        rill_agent_save(s.agent, bytes);
        double sum = 0.0;
        for (int i = 0; i <= 20; i++) {
            const float box[] = {-1.2f + 0.09f * (float)i, 0.007f * (float)(i % 10 - 5)};
            double values[3];
            rill_agent_values(s.agent, (rill_observation){.box = box}, values);
            const rill_action greedy =
                rill_agent_act_greedily(s.agent, (rill_observation){.box = box});
            ASSERT_FOR((*type)->id, greedy.index >= 0 && greedy.index < 3);
            if (rill_agent_n_values(s.agent) == 3 && !(*type)->is_actor) {
                ASSERT_FOR((*type)->id, greedy.index == rill_argmax(values, 3));
            }
            sum += fabs(values[0]);
        }
        ASSERT_FOR((*type)->id,
                   sum > 0.0 || has_param(*type, "max_samples") || (*type)->learns_no_values);
        ASSERT_FOR((*type)->id, memcmp(s.agent->memory, bytes, size) == 0);
        free(bytes);
        end(&s);
    }
}
END_TEST

START_TEST(test_nothing_allocates_after_create)
{
    if (!are_allocations_counted(__func__)) {
        return;
    }
    for (const rill_agent_type *const *type = rill_agent_type_list(); *type != NULL; type++) {
        if (!learns_on_boxes(*type)) {
            continue;
        }
        session s = remembering(*type, 4);
        double values[3];
        const long before = allocations_made;
        for (int i = 0; i < 400; i++) {
            go_on(&s);
            rill_agent_values(s.agent, s.observation, values);
            rill_agent_act_greedily(s.agent, s.observation);
        }
        rill_agent_seed(s.agent, 9);
        ASSERT_FOR((*type)->id, allocations_made == before);
        end(&s);
    }
}
END_TEST

TEST_MAIN(test_written_out_is_a_table, test_one_tiling_is_a_table, test_hashed_tiling_is_a_table,
          test_tiles_written_out, test_tiles_hashed, test_scaled_steps, test_saved_and_copied,
          test_questions_change_nothing, test_nothing_allocates_after_create)
