// Peng's Q(lambda) against dense traces, the forward view, and Q-learning.
#include "tests/q_lambda_reference.h"

/// Peng and Williams (1996), figure 1, steps D to H.
static void book(follow_table q, follow_table z, const follow *f, const q_lambda_setting *s)
{
    const double v_next = f->terminated ? 0.0 : follow_max(q[f->next_state], f->n_actions);
    const double e_own = f->reward + s->gamma * v_next - q[f->state][f->action];
    const double e = f->reward + s->gamma * v_next - follow_max(q[f->state], f->n_actions);
    q_lambda_scale(z, s->gamma * s->lambda);
    q_lambda_add(q, z, s->alpha * e);
    q[f->state][f->action] += s->alpha * e_own;
    q_lambda_raise(z, f, s);
}

START_TEST(test_equals_dense_traces)
{
    q_lambda_check("peng_q_lambda", book);
}
END_TEST

/// With traces of 0 only the last pair learns, towards the maximum; A' is chosen after it.
START_TEST(test_lambda_0_is_q_learning)
{
    static const char *const a[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "lambda=0",
                                    NULL};
    static const char *const b[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "peng_q_lambda", a, "q_learning", b, 5000, 0.0);
    }
}
END_TEST

/// The lambda-return of max_a Q(S,a), to the end, exploratory actions or not.
START_TEST(test_forward_view)
{
    double greatest[WALK_LENGTH + 1], own[WALK_LENGTH + 1];
    for (int s = 0; s <= WALK_LENGTH; s++) {
        own[s] = s == 3 ? 1.5 : 1.0 / (s + 1);
        greatest[s] = fmax(0.5 * s, 1.0 / (s + 1));
    }
    static const int horizons[] = {6, 6, 6, 6, 6, 6};
    q_lambda_check_walk("peng_q_lambda", greatest, own, horizons, true);
    q_lambda_check_walk("peng_q_lambda", greatest, own, horizons, false);
}
END_TEST

START_TEST(test_refusals)
{
    q_lambda_check_refusals("peng_q_lambda");
}
END_TEST

TEST_MAIN(test_equals_dense_traces, test_lambda_0_is_q_learning, test_forward_view, test_refusals)
