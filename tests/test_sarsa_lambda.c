// Sarsa(lambda) against dense traces, the forward view, and Sarsa.
#include "tests/q_lambda_reference.h"

/// S&B section 12.7, the box with a table as features, and the other traces.
static void book(follow_table q, follow_table z, const follow *f, const q_lambda_setting *s)
{
    const double next = f->terminated ? 0.0 : q[f->next_state][f->next_action];
    const double delta = f->reward + s->gamma * next - q[f->state][f->action];
    q_lambda_raise(z, f, s);
    q_lambda_add(q, z, s->alpha * delta);
    q_lambda_scale(z, s->gamma * s->lambda);
}

START_TEST(test_equals_dense_traces)
{
    q_lambda_check("sarsa_lambda", book);
}
END_TEST

START_TEST(test_lambda_0_is_sarsa)
{
    static const char *const a[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "lambda=0",
                                    NULL};
    static const char *const b[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "sarsa_lambda", a, "sarsa", b, 5000, 0.0);
    }
}
END_TEST

/// Where no pair is visited twice, what is learned is the error of the lambda-return of Q(S,A).
START_TEST(test_forward_view)
{
    double estimates[WALK_LENGTH + 1];
    for (int s = 0; s <= WALK_LENGTH; s++) {
        estimates[s] = s == 3 ? 1.5 : 1.0 / (s + 1); // of the actions taken
    }
    static const int horizons[] = {6, 6, 6, 6, 6, 6};
    q_lambda_check_walk("sarsa_lambda", estimates, estimates, horizons, true);
    q_lambda_check_walk("sarsa_lambda", estimates, estimates, horizons, false);
}
END_TEST

START_TEST(test_refusals)
{
    q_lambda_check_refusals("sarsa_lambda");
}
END_TEST

TEST_MAIN(test_equals_dense_traces, test_lambda_0_is_sarsa, test_forward_view, test_refusals)
