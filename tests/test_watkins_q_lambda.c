// Watkins's Q(lambda) against dense traces, the forward view, and Q-learning.
#include "tests/q_lambda_reference.h"

/// S&B, first edition, section 7.6, the box.
static void book(follow_table q, follow_table z, const follow *f, const q_lambda_setting *s)
{
    const double best = follow_max(q[f->next_state], f->n_actions);
    const bool is_greedy = q[f->next_state][f->next_action] == best;
    const double delta =
        f->reward + (f->terminated ? 0.0 : s->gamma * best) - q[f->state][f->action];
    q_lambda_raise(z, f, s);
    q_lambda_add(q, z, s->alpha * delta);
    q_lambda_scale(z, is_greedy ? s->gamma * s->lambda : 0.0);
}

START_TEST(test_equals_dense_traces)
{
    q_lambda_check("watkins_q_lambda", book);
}
END_TEST

/// To the bit where A' does not depend on whether it is chosen before the update, as the box of
/// Watkins's method has it, or after, as that of Q-learning: no step leads to the state it left, or
/// the policy does not look.
START_TEST(test_lambda_0_is_q_learning)
{
    static const char *const a[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", "lambda=0",
                                    NULL};
    static const char *const b[] = {"alpha=0.3", "gamma=0.9", "policy.epsilon=0.2", NULL};
    follow_assert_same(&follow_worlds[2], "watkins_q_lambda", a, "q_learning", b, 5000, 0.0);
    static const char *const c[] = {"alpha=0.3", "gamma=0.9", "policy=uniform", "lambda=0", NULL};
    static const char *const d[] = {"alpha=0.3", "gamma=0.9", "policy=uniform", NULL};
    for (int w = 0; w < FOLLOW_WORLDS; w++) {
        follow_assert_same(&follow_worlds[w], "watkins_q_lambda", c, "q_learning", d, 5000, 0.0);
    }
}
END_TEST

/// The lambda-return of max_a Q(S,a), up to the first exploratory action: the first pairs go on to
/// state 2, where action 1 is not the greedy one, and so on.
START_TEST(test_forward_view)
{
    double greatest[WALK_LENGTH + 1], own[WALK_LENGTH + 1];
    for (int s = 0; s <= WALK_LENGTH; s++) {
        own[s] = s == 3 ? 1.5 : 1.0 / (s + 1);
        greatest[s] = fmax(0.5 * s, 1.0 / (s + 1));
    }
    // greedy: 1 in 0, then a tie at 1 (1/2 and 1/2), 0 in 3; explores in 2, 4 and 5
    static const int horizons[] = {2, 2, 4, 4, 5, 6};
    q_lambda_check_walk("watkins_q_lambda", greatest, own, horizons, true);
    q_lambda_check_walk("watkins_q_lambda", greatest, own, horizons, false);
}
END_TEST

START_TEST(test_refusals)
{
    q_lambda_check_refusals("watkins_q_lambda");
}
END_TEST

TEST_MAIN(test_equals_dense_traces, test_lambda_0_is_q_learning, test_forward_view, test_refusals)
