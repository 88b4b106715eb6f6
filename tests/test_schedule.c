// Schedules against their closed forms in long double.
#include "tests/test.h"

#include <float.h>

/// The formulas of rill/schedule.h. `condition` is how much relative errors of t / over grow on
/// the way: the exponent for exp(), 1 elsewhere.
static long double closed_form(const rill_schedule *s, int64_t t, long double *condition)
{
    const long double x = (long double)t / (long double)s->over;
    const long double from = (long double)s->from, to = (long double)s->to;
    *condition = 1.0L;
    switch (s->kind) {
    case RILL_SCHEDULE_CONSTANT:
        return from;
    case RILL_SCHEDULE_LINEAR:
        return from + (to - from) * fminl(x, 1.0L);
    case RILL_SCHEDULE_EXPONENTIAL:
        *condition += x;
        return to + (from - to) * expl(-x);
    case RILL_SCHEDULE_HARMONIC:
        return from / (1.0L + x);
    case RILL_SCHEDULE_POWER:
        *condition += (long double)s->power * log1pl(x);
        return from * powl(1.0L + x, -(long double)s->power);
    }
    return (long double)NAN;
}

/// Errors are relative to the greatest number that enters a sum.
static void check(const rill_schedule *s, int64_t t)
{
    long double condition = 1.0L;
    const long double expected = closed_form(s, t, &condition);
    long double scale = fabsl(expected);
    if (s->kind == RILL_SCHEDULE_LINEAR) {
        scale = fmaxl(fabsl((long double)s->from), fabsl((long double)s->to));
    } else if (s->kind == RILL_SCHEDULE_EXPONENTIAL) {
        scale = fmaxl(fabsl((long double)s->to), scale);
    }
    const double value =
        s->per == RILL_PER_EPISODE ? rill_schedule_at(s, -1, t) : rill_schedule_at(s, t, -1);
    const long double error = fabsl((long double)value - expected);
    if (!(error <= 1e-15L * scale * condition + (long double)DBL_MIN)) { // DBL_MIN: underflow
        ck_abort_msg("%s, t = %lld: %.17g instead of %.17Lg", rill_schedule_kind_name(s->kind),
                     (long long)t, value, expected);
    }
}

START_TEST(test_closed_forms)
{
    static const int64_t times[] = {0, 1, 2, 3, 9, 99, 100, 101, 1000, 12345, 1000000, 1LL << 40};
    static const double ends[][2] = {{1.0, 0.05}, {0.1, 0.1}, {0.0, 1.0}, {0.9, 0.0}, {-2.0, 3.0}};
    static const double scales[] = {1.0, 100.0, 0.5, 777.7};
    static const double powers[] = {1.0, 0.5, 0.6, 0.0};
    for (int kind = RILL_SCHEDULE_CONSTANT; kind <= RILL_SCHEDULE_POWER; kind++) {
        for (size_t e = 0; e < 5; e++) {
            for (size_t s = 0; s < 4; s++) {
                for (size_t p = 0; p < 4; p++) {
                    for (size_t t = 0; t < sizeof times / sizeof times[0]; t++) {
                        rill_schedule schedule = {(rill_schedule_kind)kind,
                                                  false,
                                                  ends[e][0],
                                                  ends[e][1],
                                                  scales[s],
                                                  powers[p]};
                        check(&schedule, times[t]);
                        schedule.per = RILL_PER_EPISODE;
                        check(&schedule, times[t]);
                    }
                }
            }
        }
    }
}
END_TEST

START_TEST(test_ends_are_exact)
{
    for (int kind = RILL_SCHEDULE_CONSTANT; kind <= RILL_SCHEDULE_POWER; kind++) {
        rill_schedule s = {(rill_schedule_kind)kind, false, 0.7, 0.3, 10.0, 0.5};
        if (kind == RILL_SCHEDULE_EXPONENTIAL) {
            s.to = 0.0; // to + (from - to) rounds otherwise
        }
        ck_assert(rill_schedule_at(&s, 0, 5) == 0.7);
    }
    rill_schedule linear = {RILL_SCHEDULE_LINEAR, RILL_PER_STEP, 0.7, 0.3, 10.0, 0.5};
    ck_assert(rill_schedule_at(&linear, 10, 0) == 0.3);
    ck_assert(rill_schedule_at(&linear, INT64_MAX, 0) == 0.3);
}
END_TEST

/// from = over = 1 averages: the n-th number (n from 1) weighs 1/n.
START_TEST(test_harmonic_is_the_sample_average)
{
    const rill_schedule s = {RILL_SCHEDULE_HARMONIC, RILL_PER_STEP, 1.0, 0.0, 1.0, 1.0};
    for (int64_t n = 1; n < 1000; n++) {
        ck_assert(rill_schedule_at(&s, n - 1, 0) == 1.0 / (double)n);
    }
}
END_TEST

START_TEST(test_constant)
{
    const rill_schedule s = rill_schedule_constant(0.25);
    ck_assert(rill_schedule_at(&s, 0, 0) == 0.25 && rill_schedule_at(&s, 1000, 1000) == 0.25);
    ck_assert(rill_schedule_varying_at(&s, 7, 7) == 0.25);
}
END_TEST

START_TEST(test_names)
{
    static const char *const names[] = {"constant", "linear", "exponential", "harmonic", "power"};
    for (int i = 0; i < 5; i++) {
        ck_assert_str_eq(rill_schedule_kind_name((rill_schedule_kind)i), names[i]);
        ck_assert_int_eq(rill_schedule_kind_from_name(names[i]), i);
    }
    ck_assert_int_eq(rill_schedule_kind_from_name("Linear"), -1);
    ck_assert_int_eq(rill_schedule_kind_from_name(""), -1);
}
END_TEST

TEST_MAIN(test_closed_forms, test_ends_are_exact, test_harmonic_is_the_sample_average,
          test_constant, test_names)
