// Mazes: shortest paths and expected lengths that were solved independently (sutton_barto_exact.json,
// "ch8_maze_shortest_paths"), and the change of the walls.
#include "tests/finite.h"

enum { UP, RIGHT, DOWN, LEFT };

/// The number of steps of the shortest way from the start: the optimal value is gamma^(steps - 1).
static double shortest(const rill_model *model)
{
    const double gamma = 0.95;
    return 1.0 + log(finite_value(model, gamma, NULL)) / log(gamma);
}

/// The second map of a preset as the first: "map=...".
static const char *map_after(const char *id, char *text, size_t size)
{
    const rill_env_preset *preset = NULL;
    rill_env_type_find(id, &preset, NULL);
    const char *assignment = preset->params[1];
    ck_assert(strncmp(assignment, "map_after=", 10) == 0);
    snprintf(text, size, "map=%s", assignment + 10);
    return text;
}

START_TEST(shortest_paths)
{
    static const struct {
        const char *id;
        double before, after; // 0: it does not change
    } expected[] = {{"maze", 14, 0},
                    {"dyna_maze", 14, 0},
                    {"blocking_maze", 10, 16},
                    {"shortcut_maze", 16, 10}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        rill_model *model = finite_model(expected[i].id, NULL);
        ck_assert_int_eq(model->n_states, 54);
        ASSERT_NEAR(shortest(model), expected[i].before, 1e-9);
        rill_model_destroy(model);
        if (expected[i].after > 0.0) {
            char text[128];
            const char *assignment = map_after(expected[i].id, text, sizeof text);
            model = finite_model("maze", (const char *const[]){assignment, NULL});
            ASSERT_NEAR(shortest(model), expected[i].after, 1e-9);
            rill_model_destroy(model);
        }
    }
}
END_TEST

/// The Dyna maze at -1 a step, with moves replaced by uniform ones with probability epsilon.
static double expected_steps(double epsilon)
{
    rill_model *maze = finite_model("maze", NULL), *soft = NULL;
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_begin(builder, maze->n_states, 4), RILL_OK);
    for (int32_t i = 0; i < maze->n_states * 4; i++) {
        const int32_t s = i / 4, action = i % 4;
        rill_model_add_start(builder, s, action == 0 ? maze->start[s] : 0.0);
        for (int32_t taken = 0; taken < 4; taken++) {
            size_t count = 0;
            const rill_transition *t = rill_model_outcomes(maze, s, taken, &count);
            if (count == 1) {
                const double p = 0.25 * epsilon + (taken == action ? 1.0 - epsilon : 0.0);
                ck_assert_int_eq(
                    rill_model_add(builder, s, action, p, t->next, -1.0, t->terminated), RILL_OK);
            }
        }
    }
    rill_error error = {0};
    ASSERT_OK(rill_model_build(builder, &soft, &error), &error);
    const double steps = -finite_value(soft, 1.0, NULL);
    rill_model_builder_destroy(builder);
    rill_model_destroy(soft);
    rill_model_destroy(maze);
    return steps;
}

START_TEST(expected_lengths)
{
    ASSERT_NEAR(expected_steps(0.1), 15.812501659989417, 1e-9);
    ASSERT_NEAR(expected_steps(1.0), 868.725427561474, 1e-8);
}
END_TEST

/// Figure 8.4: row 3 is open at column 8 up to step 1000, and at column 0 from then on.
START_TEST(walls_change)
{
    rill_env *env = golden_create("blocking_maze", NULL);
    FINITE_SET(env, 36, 999);
    FINITE_STEP(env, UP, 36, 0.0, false);
    FINITE_STEP(env, UP, 27, 0.0, false);
    FINITE_SET(env, 44, 999);
    FINITE_STEP(env, UP, 35, 0.0, false); // step 1000, into the opening
    FINITE_STEP(env, LEFT, 35, 0.0, false);
    FINITE_STEP(env, UP, 26, 0.0, false); // out of what is a wall now
    FINITE_STEP(env, DOWN, 26, 0.0, false);
    FINITE_SET(env, 7, 2000);
    FINITE_STEP(env, RIGHT, 8, 1.0, true);
    rill_env_destroy(env);

    env = golden_create("shortcut_maze", NULL);
    FINITE_SET(env, 44, 2999);
    FINITE_STEP(env, UP, 44, 0.0, false);
    FINITE_STEP(env, UP, 35, 0.0, false);
    rill_env_destroy(env);
}
END_TEST

/// The count goes on over resets and copies, and starts anew with a seed; in batches too.
START_TEST(steps_are_counted_from_the_seed)
{
    static const char *const assignments[] = {"map=S.G,.#.", "map_after=S#G,...", "change_at=3",
                                              NULL};
    rill_env *env = golden_create("maze", assignments), *clone = NULL;
    for (int again = 0; again < 2; again++) {
        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(rill_env_reset(env).index, 0);
            FINITE_STEP(env, RIGHT, 1, 0.0, false);
        }
        rill_error error = {0};
        ASSERT_OK(rill_env_clone(&clone, env, &error), &error);
        ck_assert_int_eq(rill_env_reset(clone).index, 0);
        FINITE_STEP(clone, RIGHT, 0, 0.0, false);
        rill_env_destroy(clone);
        rill_env_seed(env, 0);
    }

    const int32_t right = RIGHT;
    int32_t observation = 0, final_observation = 0;
    double reward = 0.0;
    uint8_t terminated = 0, truncated = 0;
    const rill_batch_arrays arrays = {.observations = &observation,
                                      .final_observations = &final_observation,
                                      .rewards = &reward,
                                      .terminated = &terminated,
                                      .truncated = &truncated};
    rill_batch *batch = NULL;
    rill_error error = {0};
    ASSERT_OK(rill_batch_create(&batch, env, 1, RILL_AUTORESET_DISABLED, &error), &error);
    for (int again = 0; again < 2; again++) {
        rill_batch_seed(batch, 0);
        for (int i = 0; i < 4; i++) {
            rill_batch_reset(batch, &arrays);
            rill_batch_step(batch, &right, &arrays);
            ck_assert_int_eq(observation, i < 3 ? 1 : 0);
        }
    }
    rill_batch_destroy(batch);
    rill_env_destroy(env);
}
END_TEST

/// Example 8.4: mazes of the same structure. The shortest ways were found by breadth-first search in
/// Python.
START_TEST(resolutions)
{
    static const struct {
        const char *assignment;
        int32_t n_free, start;
        double steps;
    } expected[] = {{"resolution=1", 47, 18, 14},
                    {"resolution=2", 188, 72, 27},
                    {"resolution=4", 752, 288, 53},
                    {"resolution=8", 3008, 1152, 105}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        rill_env *env = golden_create("maze", (const char *const[]){expected[i].assignment, NULL});
        rill_model *model = golden_model(env);
        rill_grid grid;
        env->type->grid(env->params, &grid);
        int32_t n_free = 0;
        for (int32_t s = 0; s < model->n_states; s++) {
            n_free += grid.cell(env->params, s) != RILL_CELL_WALL;
        }
        ck_assert_int_eq(n_free, expected[i].n_free);
        ck_assert_int_eq(rill_env_reset(env).index, expected[i].start);
        ASSERT_NEAR(shortest(model), expected[i].steps, 1e-9);
        rill_model_destroy(model);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(refusals)
{
    FINITE_REFUSED("maze", "map", "one cell S", "map=..G");
    FINITE_REFUSED("maze", "map", "one cell S", "map=SSG");
    FINITE_REFUSED("maze", "map", "one cell S", "map=S..");
    FINITE_REFUSED("maze", "map", "'F'", "map=SFG");
    FINITE_REFUSED("maze", "map_after", "row 2, column 3", "map=S.G,...", "map_after=S#G,..G");
    FINITE_REFUSED("maze", "map_after", "row 1, column 3", "map=S.G,...", "map_after=S#.,...");
    FINITE_REFUSED("maze", "map_after", "row 2, column 4", "map=S.G,...", "map_after=S#G,....");
    FINITE_REFUSED("maze", "map_after", "row 1, column 4", "map=S.G,...", "map_after=S.G");
    FINITE_REFUSED("maze", "resolution", "more than", "resolution=600");
    rill_env *env = golden_create("blocking_maze", NULL);
    FINITE_STATE_REFUSED(env, "28 is a wall", 28, 0);
    FINITE_STATE_REFUSED(env, "-1 is not a number of steps", 0, -1);
    FINITE_STATE_REFUSED(env, "0.5 is not a number of steps", 0, 0.5);
    FINITE_STATE_REFUSED(env, "54 is not a state", 54, 0);
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(shortest_paths, expected_lengths, walls_change, steps_are_counted_from_the_seed,
          resolutions, refusals)
