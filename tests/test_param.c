// Parameter tables: every kind, from defaults to refusals.
#include "tests/conformance.h"

typedef struct block {
    bool flag;
    int64_t count;
    double rate;
    int colour;
    rill_schedule alpha;
    char *map;
    rill_list steps;
    rill_list weights;
    double half_open, unbounded, at_most;
    int derived; ///< not in the table
} block;

static const char *const colours[] = {"red", "green", "blue", NULL};

static const rill_param table[] = {
    RILL_BOOL(block, flag, "true", "a flag"),
    RILL_INTEGER(block, count, "3", -5, 10, "a count"),
    RILL_REAL(block, rate, "0.25", 0.0, 1.0, "a rate"),
    RILL_CHOICE(block, colour, "green", colours, "a colour"),
    RILL_RATE(block, alpha, "0.1", 0.0, 1.0, "a step size"),
    RILL_ROWS(block, map, "S.,.G", "a map"),
    RILL_INTEGERS(block, steps, "1,2,-3", -3, 9, "some steps"),
    RILL_REALS(block, weights, "", 0.0, 1.0, "some weights"),
    RILL_REAL(block, half_open, "1", 0.0, HUGE_VAL, "half open"),
    RILL_REAL(block, unbounded, "0", -HUGE_VAL, HUGE_VAL, "unbounded"),
    RILL_REAL(block, at_most, "0", -HUGE_VAL, 2.5, "at most"),
    RILL_PARAM_END,
};

static block *params; // of the test that runs
static rill_error error;

static void create(void)
{
    params = rill_params_create(table, sizeof(block));
    ck_assert_ptr_nonnull(params);
    error = (rill_error){0};
}

static void destroy(void)
{
    rill_params_destroy(table, params);
}

static rill_status assign(const char *assignment)
{
    return rill_params_assign(table, params, assignment, &error);
}

static const rill_param *row(const char *name)
{
    return rill_param_find(table, name, NULL);
}

static void assert_list(rill_list list, int32_t count, const double *values)
{
    ck_assert_int_eq(list.count, count);
    for (int32_t i = 0; i < count; i++) {
        ck_assert(list.values[i] == values[i]);
    }
}

START_TEST(test_defaults)
{
    create();
    ck_assert(params->flag && params->count == 3 && params->rate == 0.25);
    ck_assert_int_eq(params->colour, 1);
    ck_assert(params->alpha.kind == RILL_SCHEDULE_CONSTANT && params->alpha.from == 0.1);
    ck_assert_str_eq(params->map, "S.\n.G");
    assert_list(params->steps, 3, (const double[]){1, 2, -3});
    assert_list(params->weights, 0, NULL);
    ck_assert_ptr_null(params->weights.values);
    ck_assert_int_eq(params->derived, 0);
    destroy();
    rill_params_destroy(table, NULL);
}
END_TEST

START_TEST(test_a_bad_default_is_refused)
{
    static const rill_param bad[] = {
        RILL_ROWS(block, map, "S", "a map"),
        RILL_REAL(block, rate, "2", 0.0, 1.0, "a rate"),
        RILL_PARAM_END,
    };
    ck_assert_ptr_null(rill_params_create(bad, sizeof(block)));
}
END_TEST

START_TEST(test_assign)
{
    create();
    ASSERT_OK(assign("flag=false"), &error);
    ASSERT_OK(assign("count=-5"), &error);
    ASSERT_OK(assign("rate=1e-3"), &error);
    ASSERT_OK(assign("colour=blue"), &error);
    ASSERT_OK(assign("alpha=0.5"), &error);
    ASSERT_OK(assign("map=...,.#.,..G"), &error);
    ASSERT_OK(assign("steps=9"), &error);
    ASSERT_OK(assign("weights=0.5,1,0"), &error);
    ASSERT_OK(assign("half_open=1e300"), &error);
    ck_assert(!params->flag && params->count == -5 && params->rate == 1e-3);
    ck_assert_int_eq(params->colour, 2);
    ck_assert(params->alpha.from == 0.5 && params->half_open == 1e300);
    ck_assert_str_eq(params->map, "...\n.#.\n..G");
    assert_list(params->steps, 1, (const double[]){9});
    assert_list(params->weights, 3, (const double[]){0.5, 1.0, 0.0});
    // lists and rows can be emptied
    ASSERT_OK(assign("map="), &error);
    ASSERT_OK(assign("steps="), &error);
    ck_assert_ptr_null(params->map);
    assert_list(params->steps, 0, NULL);
    destroy();
}
END_TEST

/// What a person may type wrong, with the path and a part of the message.
START_TEST(test_assign_refuses)
{
    static const char *const cases[][3] = {
        {"flag=yes", "flag", "\"yes\" is neither true nor false (a flag)"},
        {"flag=1", "flag", "neither true nor false"},
        {"count=11", "count", "11 is out of range, allowed is -5 to 10 (a count)"},
        {"count=-6", "count", "-6 is out of range, allowed is -5 to 10"},
        {"count=1.5", "count", "1.5 is not a whole number"},
        {"count=", "count", "cannot read \"\" as a number"},
        {"count=3x", "count", "cannot read \"3x\" as a number"},
        {"rate=1.0000000001", "rate", "1.0000000001 is out of range, allowed is 0 to 1 (a rate)"},
        {"rate=nan", "rate", "nan is out of range"},
        {"rate=inf", "rate", "inf is out of range"},
        {"half_open=-1", "half_open", "-1 is out of range, allowed is at least 0"},
        {"half_open=inf", "half_open", "inf is out of range, allowed is at least 0"},
        {"at_most=3", "at_most", "3 is out of range, allowed is at most 2.5"},
        {"unbounded=inf", "unbounded", "inf is out of range, allowed is any finite number"},
        {"colour=rde", "colour", "\"rde\" is none of: red, green, blue (a colour)"},
        {"colour=", "colour", "\"\" is none of"},
        {"alpha=fast", "alpha", "cannot read \"fast\" as a number"},
        {"alpha=1.5", "alpha", "1.5 is out of range, allowed is 0 to 1 (a step size)"},
        {"steps=1,10", "steps", "10 is out of range, allowed is -3 to 9"},
        {"steps=1,0.5", "steps", "0.5 is not a whole number"},
        {"steps=1,,2", "steps", "cannot read \"1,,2\" as a list of numbers"},
        {"steps=1,", "steps", "cannot read \"1,\" as a list of numbers"},
        {"steps=,", "steps", "cannot read \",\" as a list of numbers"},
        {"steps=1;2", "steps", "cannot read \"1;2\" as a list of numbers"},
        {"weights=0.5,2", "weights", "2 is out of range, allowed is 0 to 1"},
        {"coutn=3", "coutn", "unknown parameter; did you mean \"count\"?"},
        {"Rate=0", "Rate", "did you mean \"rate\"?"},
        {"xyzzyxyzzy=3", "xyzzyxyzzy", "unknown parameter; there are: flag, count, rate, colour"},
        {"rate", "", "cannot read \"rate\", expected name=value"},
        {"=3", "", "expected name=value"},
        {"", "", "expected name=value"},
    };
    create();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        block before = *params;
        ASSERT_REFUSED(assign(cases[i][0]), &error, cases[i][1], cases[i][2]);
        ck_assert_mem_eq(&before, params, sizeof before);
    }
    // refused lists and rows left the old ones in place
    assert_list(params->steps, 3, (const double[]){1, 2, -3});
    ck_assert_str_eq(params->map, "S.\n.G");
    ck_assert_int_eq(rill_params_assign(table, params, "count=11", NULL), RILL_INVALID);
    destroy();
}
END_TEST

START_TEST(test_no_parameters)
{
    static const rill_param empty[] = {RILL_PARAM_END};
    void *nothing = rill_params_create(empty, 1);
    ck_assert_ptr_nonnull(nothing);
    ASSERT_REFUSED(rill_params_assign(empty, nothing, "alpha=1", &error), &error, "alpha",
                   "unknown parameter; there are none here");
    rill_params_destroy(empty, nothing);
}
END_TEST

START_TEST(test_set_number)
{
    create();
    ASSERT_OK(rill_param_set_number(row("flag"), params, 0.0, &error), &error);
    ck_assert(!params->flag);
    ASSERT_OK(rill_param_set_number(row("flag"), params, 1.0, &error), &error);
    ck_assert(params->flag);
    ASSERT_OK(rill_param_set_number(row("count"), params, 7.0, &error), &error);
    ck_assert_int_eq(params->count, 7);
    ASSERT_OK(rill_param_set_number(row("alpha"), params, 0.75, &error), &error);
    ck_assert(params->alpha.kind == RILL_SCHEDULE_CONSTANT && params->alpha.from == 0.75);
    // a number is a list of one
    ASSERT_OK(rill_param_set_number(row("steps"), params, 4.0, &error), &error);
    assert_list(params->steps, 1, (const double[]){4});
    ASSERT_REFUSED(rill_param_set_number(row("flag"), params, 0.5, &error), &error, "flag",
                   "found 0.5, expected true or false (a flag)");
    ASSERT_REFUSED(rill_param_set_number(row("colour"), params, 1.0, &error), &error, "colour",
                   "found a number, expected a word (a colour)");
    ASSERT_REFUSED(rill_param_set_number(row("map"), params, 1.0, &error), &error, "map",
                   "found a number, expected a list of text rows (a map)");
    destroy();
}
END_TEST

START_TEST(test_bounds_of_every_kind)
{
    check_param_table("table", table, sizeof(block));
}
END_TEST

/// 2^53: where doubles stop telling whole numbers apart.
START_TEST(test_large_whole_numbers)
{
    static const rill_param wide[] = {
        RILL_INTEGER(block, count, "0", -1e300, 1e300, "a count"),
        RILL_PARAM_END,
    };
    create();
    ASSERT_OK(rill_params_assign(wide, params, "count=9007199254740992", &error), &error);
    ck_assert_int_eq(params->count, INT64_C(9007199254740992));
    ASSERT_OK(rill_params_assign(wide, params, "count=-9007199254740992", &error), &error);
    ck_assert_int_eq(params->count, -INT64_C(9007199254740992));
    ck_assert_int_eq(rill_params_assign(wide, params, "count=9007199254740994", &error),
                     RILL_INVALID);
    ck_assert_int_eq(rill_params_assign(wide, params, "count=1e300", &error), RILL_INVALID);
    destroy();
}
END_TEST

START_TEST(test_set_schedule)
{
    create();
    const rill_param *alpha = row("alpha");
    const rill_schedule good = {RILL_SCHEDULE_LINEAR, RILL_PER_EPISODE, 1.0, 0.0, 500.0, 1.0};
    ASSERT_OK(rill_param_set_schedule(alpha, params, &good, &error), &error);
    ck_assert(params->alpha.kind == RILL_SCHEDULE_LINEAR && params->alpha.per == RILL_PER_EPISODE);
    ck_assert(params->alpha.from == 1.0 && params->alpha.to == 0.0 && params->alpha.over == 500.0);

    const rill_schedule kept = params->alpha;
    rill_schedule bad = good;
    bad.from = 1.5;
    ASSERT_REFUSED(rill_param_set_schedule(alpha, params, &bad, &error), &error, "alpha",
                   "1.5 is out of range, allowed is 0 to 1");
    bad = good;
    bad.to = -0.5;
    ASSERT_REFUSED(rill_param_set_schedule(alpha, params, &bad, &error), &error, "alpha",
                   "-0.5 is out of range");
    bad.kind = RILL_SCHEDULE_EXPONENTIAL;
    ck_assert_int_eq(rill_param_set_schedule(alpha, params, &bad, &error), RILL_INVALID);
    bad.kind = RILL_SCHEDULE_HARMONIC; // does not read `to`
    ASSERT_OK(rill_param_set_schedule(alpha, params, &bad, &error), &error);
    ASSERT_OK(rill_param_set_schedule(alpha, params, &kept, &error), &error);
    static const double no_scales[] = {0.0, -1.0, (double)NAN, HUGE_VAL};
    for (size_t i = 0; i < 4; i++) {
        bad = good;
        bad.over = no_scales[i];
        ASSERT_REFUSED(rill_param_set_schedule(alpha, params, &bad, &error), &error, "alpha",
                       "\"over\" is");
    }
    static const double no_powers[] = {-0.1, (double)NAN, HUGE_VAL};
    for (size_t i = 0; i < 3; i++) {
        bad = good;
        bad.kind = RILL_SCHEDULE_POWER;
        bad.power = no_powers[i];
        ASSERT_REFUSED(rill_param_set_schedule(alpha, params, &bad, &error), &error, "alpha",
                       "\"power\" is");
    }
    ck_assert_mem_eq(&kept, &params->alpha, sizeof kept);
    ASSERT_REFUSED(rill_param_set_schedule(row("rate"), params, &good, &error), &error, "rate",
                   "found a schedule, expected a number (a rate)");
    destroy();
}
END_TEST

START_TEST(test_set_text_and_lists)
{
    create();
    ASSERT_OK(rill_param_set_text(row("colour"), params, "red", &error), &error);
    ck_assert_int_eq(params->colour, 0);
    ASSERT_OK(rill_param_set_text(row("map"), params, "a,b\nc", &error), &error);
    ck_assert_str_eq(params->map, "a,b\nc"); // a comma is a character here
    ASSERT_REFUSED(rill_param_set_text(row("rate"), params, "fast", &error), &error, "rate",
                   "found text, expected a number (a rate)");
    ASSERT_REFUSED(rill_param_set_text(row("flag"), params, "on", &error), &error, "flag",
                   "found text, expected true or false (a flag)");

    double values[] = {0.5, 0.25};
    ASSERT_OK(rill_param_set_list(row("weights"), params, values, 2, &error), &error);
    values[0] = 9.0; // it was copied
    assert_list(params->weights, 2, (const double[]){0.5, 0.25});
    // from itself
    ASSERT_OK(rill_param_set_list(row("weights"), params, params->weights.values, 1, &error),
              &error);
    assert_list(params->weights, 1, (const double[]){0.5});
    ASSERT_OK(rill_param_set_list(row("weights"), params, NULL, 0, &error), &error);
    ck_assert_int_eq(params->weights.count, 0);
    ASSERT_REFUSED(rill_param_set_list(row("rate"), params, values, 1, &error), &error, "rate",
                   "found a list of numbers, expected a number (a rate)");
    destroy();
}
END_TEST

START_TEST(test_clone)
{
    create();
    ASSERT_OK(assign("weights=1,0"), &error);
    ASSERT_OK(assign("colour=blue"), &error);
    ASSERT_OK(assign("flag=false"), &error);
    params->derived = 17;
    block *clone = rill_params_clone(table, sizeof(block), params);
    ck_assert_ptr_nonnull(clone);
    ck_assert(!clone->flag && clone->count == 3 && clone->rate == 0.25 && clone->colour == 2);
    ck_assert_mem_eq(&clone->alpha, &params->alpha, sizeof clone->alpha);
    ck_assert_int_eq(clone->derived, 0); // the table does not know it
    // its own lists and rows
    ck_assert(clone->map != params->map && clone->weights.values != params->weights.values);
    ASSERT_OK(assign("map=G"), &error);
    ASSERT_OK(assign("weights=0.5"), &error);
    ck_assert_str_eq(clone->map, "S.\n.G");
    assert_list(clone->weights, 2, (const double[]){1.0, 0.0});
    assert_list(clone->steps, 3, (const double[]){1, 2, -3});
    rill_params_destroy(table, clone);
    // of empty ones
    ASSERT_OK(assign("map="), &error);
    ASSERT_OK(assign("steps="), &error);
    clone = rill_params_clone(table, sizeof(block), params);
    ck_assert(clone->map == NULL && clone->steps.values == NULL && clone->steps.count == 0);
    rill_params_destroy(table, clone);
    destroy();
}
END_TEST

TEST_MAIN(test_defaults, test_a_bad_default_is_refused, test_assign, test_assign_refuses,
          test_no_parameters, test_set_number, test_bounds_of_every_kind, test_large_whole_numbers,
          test_set_schedule, test_set_text_and_lists, test_clone)
