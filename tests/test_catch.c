// Catch: the returns that bsuite states, an episode by hand, the documented observation.
#include "tests/drawing.h"
#include "tests/finite.h"

enum { LEFT, STAY, RIGHT };

START_TEST(returns)
{
    rill_model *model = finite_model("catch", NULL);
    ck_assert_int_eq(model->n_states, 250);
    ASSERT_NEAR(finite_value(model, 1.0, NULL), 1.0, 1e-12);
    ASSERT_NEAR(finite_policy_value(model, 1.0, -1.0), -0.6, 1e-12);
    rill_model_destroy(model);
    // three rows give two moves: of seven columns the middle five can be reached
    model = finite_model("catch", (const char *const[]){"rows=3", "columns=7", NULL});
    ASSERT_NEAR(finite_value(model, 1.0, NULL), 3.0 / 7.0, 1e-12);
    rill_model_destroy(model);
}
END_TEST

static int32_t index_of(int32_t ball_row, int32_t ball_column, int32_t paddle_column)
{
    return (ball_row * 5 + ball_column) * 5 + paddle_column;
}

START_TEST(episode_by_hand)
{
    rill_env *env = golden_create("catch", NULL);
    ck_assert_int_eq(rill_env_reset(env).index % 5, 2); // the paddle's column
    for (int32_t ball = 0; ball < 5; ball++) {
        FINITE_SET(env, index_of(0, ball, 2));
        FINITE_STEP(env, LEFT, index_of(1, ball, 1), 0.0, false);
        FINITE_STEP(env, LEFT, index_of(2, ball, 0), 0.0, false);
        FINITE_STEP(env, LEFT, index_of(3, ball, 0), 0.0, false); // the edge
        FINITE_STEP(env, STAY, index_of(4, ball, 0), 0.0, false);
        for (int32_t row = 5; row < 9; row++) {
            FINITE_STEP(env, RIGHT, index_of(row, ball, row - 4), 0.0, false);
        }
        FINITE_STEP(env, RIGHT, index_of(9, ball, 4), ball == 4 ? 1.0 : -1.0, true);
        check_drawing(env);
    }
    rill_env_destroy(env);
}
END_TEST

TEST_MAIN(returns, episode_by_hand)
