// Errors and "did you mean".
#include "tests/test.h"

START_TEST(test_error_set)
{
    rill_error error = {0};
    ck_assert_int_eq(rill_error_set(&error, RILL_IO, "a.b", "%d of %s", 3, "x"), RILL_IO);
    ck_assert_int_eq(error.status, RILL_IO);
    ck_assert_str_eq(error.path, "a.b");
    ck_assert_str_eq(error.message, "3 of x");
    ck_assert_int_eq(rill_error_set(NULL, RILL_FAILED, "", "%d", 1), RILL_FAILED);
}
END_TEST

START_TEST(test_long_texts_are_cut)
{
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    rill_error error = {0};
    rill_error_set(&error, RILL_INVALID, text, "%s", text);
    ck_assert_uint_eq(strlen(error.path), sizeof error.path - 1);
    ck_assert_uint_eq(strlen(error.message), sizeof error.message - 1);
    ck_assert_int_eq(rill_error_prefix(&error, RILL_INVALID, "prefix"), RILL_INVALID);
    ck_assert_uint_eq(strlen(error.path), sizeof error.path - 1);
    ck_assert_int_eq(strncmp(error.path, "prefix.xxx", 10), 0);
}
END_TEST

START_TEST(test_no_memory)
{
    rill_error error = {.path = "left", .line = 3};
    ck_assert_int_eq(rill_error_no_memory(&error), RILL_NO_MEMORY);
    ck_assert_int_eq(error.status, RILL_NO_MEMORY);
    ck_assert_str_eq(error.path, "");
    ck_assert_str_eq(error.message, "out of memory");
    ck_assert_int_eq(error.line, 0);
    ck_assert_int_eq(rill_error_no_memory(NULL), RILL_NO_MEMORY);
}
END_TEST

START_TEST(test_error_prefix)
{
    static const char *const cases[][3] = {
        // prefix, path, both
        {"params", "alpha", "params.alpha"},
        {"agents", "[0].params", "agents[0].params"},
        {"params", "", "params"},
        {"", "alpha", "alpha"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        rill_error error = {0};
        rill_error_set(&error, RILL_NO_MEMORY, cases[i][1], "text");
        ck_assert_int_eq(rill_error_prefix(&error, RILL_NO_MEMORY, cases[i][0]), RILL_NO_MEMORY);
        ck_assert_str_eq(error.path, cases[i][2]);
        ck_assert_str_eq(error.message, "text");
    }
    ck_assert_int_eq(rill_error_prefix(NULL, RILL_IO, "params"), RILL_IO);
}
END_TEST

START_TEST(test_nearest_name)
{
    static const char *const names[] = {"alpha", "gamma", "initial_value", "epsilon", "to",
                                        "run",   NULL};
    static const char *const cases[][2] = {
        // typed, meant
        {"alpha", "alpha"},
        {"alhpa", "alpha"},
        {"ALPHA", "alpha"},
        {"gama", "gamma"},
        {"epsilom", "epsilon"},
        {"eps", "epsilon"},
        {"value", "initial_value"},
        {"temperature", NULL},
        {"qqqqq", NULL},
        {"step", NULL},
        {"rnu", "run"},
        {"ot", "to"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *nearest = rill_nearest_name(cases[i][0], names);
        if (cases[i][1] == NULL) {
            ck_assert_msg(nearest == NULL, "%s: %s", cases[i][0], nearest);
        } else {
            ck_assert_msg(nearest != NULL, "%s: none", cases[i][0]);
            ck_assert_str_eq(nearest, cases[i][1]);
        }
    }
    static const char *const none[] = {NULL};
    ck_assert_ptr_null(rill_nearest_name("alpha", none));

    // names too long to compare, on either side
    char text[500];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_ptr_null(rill_nearest_name(text, names));
    const char *const only_long[] = {text, NULL};
    ck_assert_ptr_null(rill_nearest_name("beta", only_long));
}
END_TEST

TEST_MAIN(test_error_set, test_long_texts_are_cut, test_no_memory, test_error_prefix,
          test_nearest_name)
