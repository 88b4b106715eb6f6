// The ring of moments: the last ones are kept, and are where they were put.
#include "tests/test.h"

#include <rill/history.h>

enum { CAPACITY = 5, LENGTH = 23 };

static rill_moment moments[CAPACITY];
static int64_t length;
static const rill_history history = {moments, &length, CAPACITY};

START_TEST(test_keeps_the_last)
{
    rill_history_clear(&history);
    for (int32_t t = 0; t < LENGTH; t++) {
        rill_moment *moment = rill_history_append(&history, t, 2 * t);
        ck_assert_ptr_eq(moment, rill_history_last(&history));
        ck_assert(moment->reward == 0.0 && moment->ratio == 0.0 && moment->sigma == 0.0);
        moment->reward = 0.5 * t;
        moment->ratio = 1.0 / (t + 1);
        moment->sigma = 1.0;
        ck_assert_int_eq(length, t + 1);
        for (int32_t kept = t < CAPACITY ? 0 : t - CAPACITY + 1; kept <= t; kept++) {
            const rill_moment *found = rill_history_at(&history, kept);
            ck_assert_int_eq(found->state, kept);
            ck_assert_int_eq(found->action, 2 * kept);
            ck_assert(found->reward == 0.5 * kept && found->ratio == 1.0 / (kept + 1));
        }
    }
    rill_history_clear(&history);
    ck_assert_int_eq(length, 0);
    ck_assert_int_eq(rill_history_append(&history, 7, 1)->state, 7);
    ck_assert_int_eq(rill_history_at(&history, 0)->state, 7);
}
END_TEST

START_TEST(test_layout)
{
    rill_arena counted = {0};
    rill_history none = rill_history_take(&counted, 100);
    ck_assert(none.moments == NULL && none.length == NULL && none.capacity == 100);
    ck_assert_uint_ge(counted.used, 100 * sizeof(rill_moment) + sizeof(int64_t));
}
END_TEST

TEST_MAIN(test_keeps_the_last, test_layout)
