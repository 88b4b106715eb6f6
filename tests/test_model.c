// Finite MDPs: the builder's refusals, look-up, backups and decision states.
#include "tests/test.h"

static rill_error error;

static rill_model_builder *begun(int32_t n_states, int32_t n_actions)
{
    error = (rill_error){0};
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_ptr_nonnull(builder);
    ck_assert_int_eq(rill_model_begin(builder, n_states, n_actions), RILL_OK);
    return builder;
}

static void add(rill_model_builder *builder, int32_t state, int32_t action, double probability,
                int32_t next, double reward, bool terminated)
{
    ck_assert_int_eq(rill_model_add(builder, state, action, probability, next, reward, terminated),
                     RILL_OK);
}

static rill_model *built(rill_model_builder *builder)
{
    rill_model *model = NULL;
    ASSERT_OK(rill_model_build(builder, &model, &error), &error);
    rill_model_builder_destroy(builder);
    return model;
}

/// States 0, 1, 2 (terminal); in 0 action 0 wins or stays, action 1 leads to 1, where only action
/// 1 is available.
static rill_model *small_model(void)
{
    rill_model_builder *builder = begun(3, 2);
    rill_model_add_start(builder, 0, 0.75);
    rill_model_add_start(builder, 1, 0.125);
    rill_model_add_start(builder, 1, 0.125);
    add(builder, 0, 0, 0.25, 2, 10.0, true);
    add(builder, 0, 0, 0.5, 0, -1.0, false);
    add(builder, 0, 0, 0.25, 1, -1.0, false);
    add(builder, 0, 1, 1.0, 1, 0.0, false);
    add(builder, 1, 1, 0.0, 0, 99.0, false); // dropped
    add(builder, 1, 1, 1.0, 0, 2.0, false);
    return built(builder);
}

START_TEST(test_look_up)
{
    rill_model *model = small_model();
    ck_assert_int_eq(model->n_states, 3);
    ck_assert_int_eq(model->n_actions, 2);
    ck_assert(model->start[0] == 0.75 && model->start[1] == 0.25 && model->start[2] == 0.0);
    static const size_t counts[3][2] = {{3, 1}, {0, 1}, {0, 0}};
    for (int32_t s = 0; s < 3; s++) {
        for (int32_t a = 0; a < 2; a++) {
            size_t count = 99;
            rill_model_outcomes(model, s, a, &count);
            ck_assert_uint_eq(count, counts[s][a]);
            ck_assert(rill_model_is_available(model, s, a) == (counts[s][a] > 0));
        }
    }
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, 0, 0, &count);
    ck_assert(t[0].probability == 0.25 && t[0].next == 2 && t[0].reward == 10.0);
    ck_assert(t[0].terminated && !t[1].terminated && t[2].next == 1);
    t = rill_model_outcomes(model, 1, 1, &count);
    ck_assert(t[0].reward == 2.0);
    rill_model_destroy(model);
    rill_model_destroy(NULL);
}
END_TEST

START_TEST(test_backup)
{
    rill_model *model = small_model();
    // the value of the terminal state does not count
    const double v[] = {4.0, 8.0, 1000.0};
    ck_assert(rill_model_backup(model, v, 0.5, 0, 0) ==
              0.25 * 10.0 + 0.5 * (-1.0 + 2.0) + 0.25 * (-1.0 + 4.0));
    ck_assert(rill_model_backup(model, v, 0.5, 0, 1) == 4.0);
    ck_assert(rill_model_backup(model, v, 1.0, 1, 1) == 6.0);
    ck_assert(rill_model_backup(model, v, 0.0, 1, 1) == 2.0);
    rill_model_destroy(model);
}
END_TEST

START_TEST(test_refused_additions)
{
    rill_model_builder *builder = rill_model_builder_create();
    ck_assert_int_eq(rill_model_add(builder, 0, 0, 1.0, 0, 0.0, false), RILL_INVALID); // not begun
    ck_assert_int_eq(rill_model_begin(builder, 0, 1), RILL_INVALID);
    ck_assert_int_eq(rill_model_begin(builder, 1, 0), RILL_INVALID);
    ck_assert_int_eq(rill_model_begin(builder, INT32_MAX, INT32_MAX), RILL_NO_MEMORY);
    ck_assert_int_eq(rill_model_begin(builder, 3, 2), RILL_OK);
    ck_assert_int_eq(rill_model_begin(builder, 3, 2), RILL_INVALID); // twice

    // order: the same pair goes on, an earlier one does not
    add(builder, 1, 0, 0.5, 0, 0.0, false);
    add(builder, 1, 0, 0.5, 1, 0.0, false);
    ck_assert_int_eq(rill_model_add(builder, 0, 1, 1.0, 0, 0.0, false), RILL_INVALID);
    add(builder, 1, 1, 1.0, 0, 0.0, false);
    ck_assert_int_eq(rill_model_add(builder, 1, 0, 1.0, 0, 0.0, false), RILL_INVALID);
    // range
    static const int32_t bad[][3] = {{3, 0, 0},  {-1, 0, 0}, {2, 2, 0},
                                     {2, -1, 0}, {2, 0, 3},  {2, 0, -1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(rill_model_add(builder, bad[i][0], bad[i][1], 1.0, bad[i][2], 0.0, false),
                         RILL_INVALID);
    }
    ck_assert_int_eq(rill_model_add(builder, 2, 0, -0.5, 0, 0.0, false), RILL_INVALID);
    ck_assert_int_eq(rill_model_add(builder, 2, 0, (double)NAN, 0, 0.0, false), RILL_INVALID);
    // what was refused left no trace
    rill_model_add_start(builder, 0, 1.0);
    rill_model *model = built(builder);
    ck_assert(rill_model_is_available(model, 1, 0) && rill_model_is_available(model, 1, 1));
    ck_assert(!rill_model_is_available(model, 0, 1) && !rill_model_is_available(model, 2, 0));
    rill_model_destroy(model);
    rill_model_builder_destroy(NULL);
}
END_TEST

START_TEST(test_refused_models)
{
    rill_model *model = NULL;
    rill_model_builder *builder = rill_model_builder_create();
    ASSERT_REFUSED(rill_model_build(builder, &model, &error), &error, "", "not begun");
    rill_model_builder_destroy(builder);

    builder = begun(3, 2);
    rill_model_add_start(builder, 0, 1.0);
    add(builder, 0, 0, 1.0, 0, 0.0, false);
    add(builder, 1, 1, 0.5, 0, 0.0, false);
    add(builder, 1, 1, 0.499, 1, 0.0, false);
    ASSERT_REFUSED(rill_model_build(builder, &model, &error), &error, "",
                   "probabilities of state 1, action 1 sum to 0.999");
    ck_assert_ptr_null(model);
    rill_model_builder_destroy(builder);

    static const struct {
        int32_t state;
        double probability;
        const char *message;
    } starts[] = {
        {0, 0.5, "start-state probabilities sum to 0.5, not 1"},
        {0, 1.5, "start-state probabilities sum to 1.5, not 1"},
        {3, 1.0, "start state or its probability is out of range"},
        {-1, 1.0, "start state or its probability is out of range"},
        {0, -1.0, "start state or its probability is out of range"},
        {0, (double)NAN, "start state or its probability is out of range"},
    };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        builder = begun(3, 2);
        rill_model_add_start(builder, starts[i].state, starts[i].probability);
        ASSERT_REFUSED(rill_model_build(builder, &model, &error), &error, "", starts[i].message);
        ck_assert_ptr_null(model);
        rill_model_builder_destroy(builder);
    }
}
END_TEST

/// Outcomes that agree in all but probability become one, within a pair only.
START_TEST(test_equal_outcomes_are_merged)
{
    rill_model_builder *builder = begun(2, 2);
    rill_model_add_start(builder, 0, 1.0);
    add(builder, 0, 0, 0.25, 1, -1.0, false);
    add(builder, 0, 0, 0.125, 1, -1.0, true);
    add(builder, 0, 0, 0.125, 1, 2.0, false);
    add(builder, 0, 0, 0.25, 0, -1.0, false);
    add(builder, 0, 0, 0.25, 1, -1.0, false); // as the first
    add(builder, 0, 1, 1.0, 0, -1.0, false);  // as one of the pair before
    rill_model *model = built(builder);
    static const double probabilities[] = {0.5, 0.125, 0.125, 0.25};
    size_t count = 0;
    const rill_transition *t = rill_model_outcomes(model, 0, 0, &count);
    ck_assert_uint_eq(count, 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert(t[i].probability == probabilities[i]);
    }
    t = rill_model_outcomes(model, 0, 1, &count);
    ck_assert(count == 1 && t->probability == 1.0);
    rill_model_destroy(model);
}
END_TEST

/// 1/3 three times does not sum to 1 exactly, and need not; 1e-9 is the limit.
START_TEST(test_tolerance)
{
    static const struct {
        double excess;
        rill_status status;
    } cases[] = {{0.0, RILL_OK}, {5e-10, RILL_OK}, {-5e-10, RILL_OK}, {2e-9, RILL_INVALID}};
    for (size_t i = 0; i < 4; i++) {
        rill_model_builder *builder = begun(1, 1);
        rill_model_add_start(builder, 0, 1.0);
        for (int k = 0; k < 3; k++) {
            add(builder, 0, 0, 1.0 / 3.0 + (k == 0 ? cases[i].excess : 0.0), 0, (double)k, false);
        }
        rill_model *model = NULL;
        ck_assert_int_eq(rill_model_build(builder, &model, &error), cases[i].status);
        rill_model_destroy(model);
        rill_model_builder_destroy(builder);
    }
}
END_TEST

/// More outcomes than pairs: the builder's room grows.
START_TEST(test_many_outcomes)
{
    enum { N = 1024 };
    rill_model_builder *builder = begun(N, 1);
    rill_model_add_start(builder, 0, 1.0);
    for (int32_t s = 0; s < 8; s++) {
        for (int32_t next = 0; next < N; next++) {
            add(builder, s, 0, 1.0 / N, next, (double)(s * N + next), next % 2 == 0);
        }
    }
    rill_model *model = built(builder);
    for (int32_t s = 0; s < N; s++) {
        size_t count = 0;
        const rill_transition *t = rill_model_outcomes(model, s, 0, &count);
        ck_assert_uint_eq(count, s < 8 ? N : 0);
        for (size_t i = 0; i < count; i++) {
            ASSERT_FOR("outcome", t[i].next == (int32_t)i && t[i].terminated == (i % 2 == 0));
            ASSERT_FOR("outcome", t[i].reward == (double)((size_t)s * N + i));
        }
    }
    rill_model_destroy(model);
}
END_TEST

START_TEST(test_decision_states)
{
    uint8_t mask[6];
    rill_model *model = small_model();
    ck_assert_int_eq(rill_model_decision_states(model, mask), RILL_OK);
    ck_assert_mem_eq(mask, ((const uint8_t[]){1, 1, 0}), 3);
    rill_model_destroy(model);

    // 0 -> 1 -> 2 (terminal by having no actions); 3 is reached only by a terminating transition,
    // 4 not at all, 5 only from 4
    rill_model_builder *builder = begun(6, 1);
    rill_model_add_start(builder, 0, 1.0);
    add(builder, 0, 0, 1.0, 1, 0.0, false);
    add(builder, 1, 0, 0.5, 2, 0.0, false);
    add(builder, 1, 0, 0.5, 3, 0.0, true);
    add(builder, 3, 0, 1.0, 4, 0.0, false);
    add(builder, 4, 0, 1.0, 5, 0.0, false);
    add(builder, 5, 0, 1.0, 5, 0.0, false);
    model = built(builder);
    memset(mask, 77, sizeof mask);
    ck_assert_int_eq(rill_model_decision_states(model, mask), RILL_OK);
    ck_assert_mem_eq(mask, ((const uint8_t[]){1, 1, 0, 0, 0, 0}), 6);
    rill_model_destroy(model);
}
END_TEST

/// Softened by 0 a model is what it was; by more, an outcome of a pair is one of the chosen action
/// with probability 1 - epsilon, else one of an available action drawn uniformly.
START_TEST(test_soften)
{
    static const double epsilons[] = {0.0, 0.1, 1.0};
    rill_model *model = small_model();
    rill_model *soft = model;
    ASSERT_REFUSED(rill_model_soften(model, -0.1, &soft, &error), &error, "epsilon",
                   "-0.1 is out of range");
    ck_assert_ptr_null(soft);
    ASSERT_REFUSED(rill_model_soften(model, 1.1, &soft, &error), &error, "epsilon", "0 to 1");
    ASSERT_REFUSED(rill_model_soften(model, (double)NAN, &soft, &error), &error, "epsilon", "");
    const double v[] = {0.7, -3.0, 11.0};
    for (size_t i = 0; i < sizeof epsilons / sizeof epsilons[0]; i++) {
        const double epsilon = epsilons[i];
        ASSERT_OK(rill_model_soften(model, epsilon, &soft, &error), &error);
        ck_assert(soft->n_states == model->n_states && soft->n_actions == model->n_actions);
        ck_assert_mem_eq(soft->start, model->start, 3 * sizeof *soft->start);
        for (int32_t s = 0; s < model->n_states; s++) {
            double mean = 0.0;
            int n_available = 0;
            for (int32_t a = 0; a < model->n_actions; a++) {
                bool is_available = rill_model_is_available(model, s, a);
                ck_assert(rill_model_is_available(soft, s, a) == is_available);
                mean += is_available ? rill_model_backup(model, v, 0.9, s, a) : 0.0;
                n_available += is_available;
            }
            for (int32_t a = 0; a < model->n_actions; a++) {
                if (rill_model_is_available(model, s, a)) {
                    ASSERT_NEAR(rill_model_backup(soft, v, 0.9, s, a),
                                (1.0 - epsilon) * rill_model_backup(model, v, 0.9, s, a) +
                                    epsilon * mean / n_available,
                                1e-14);
                }
            }
        }
        const size_t n_pairs = (size_t)model->n_states * (size_t)model->n_actions;
        if (epsilon == 0.0) {
            ck_assert_mem_eq(soft->first, model->first, (n_pairs + 1) * sizeof *soft->first);
            for (size_t k = 0; k < model->first[n_pairs]; k++) {
                const rill_transition *x = &soft->transitions[k], *y = &model->transitions[k];
                ck_assert(x->probability == y->probability && x->reward == y->reward);
                ck_assert(x->next == y->next && x->terminated == y->terminated);
            }
        }
        rill_model_destroy(soft);
    }
    rill_model_destroy(model);
}
END_TEST

TEST_MAIN(test_soften, test_look_up, test_backup, test_refused_additions, test_refused_models,
          test_equal_outcomes_are_merged, test_tolerance, test_many_outcomes, test_decision_states)
