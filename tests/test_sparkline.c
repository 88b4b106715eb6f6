// Small curves.
#include "tests/test.h"

#include <rill/sparkline.h>

START_TEST(test_levels)
{
    static const struct {
        double values[9];
        size_t n;
        const char *text, *plain;
    } cases[] = {
        {{0, 1, 2, 3, 4, 5, 6, 7}, 8, "▁▂▃▄▅▆▇█", "_.-~=+*#"},
        {{3, -5}, 2, "█▁", "#_"},
        {{2, 2, 2}, 3, "▅▅▅", "==="},
        {{(double)NAN, 1, (double)INFINITY, 2}, 4, " ▁ █", " _ #"},
        {{(double)NAN}, 1, " ", " "},
        {{-1.7e308, 0, 1.7e308}, 3, "▁▅█", "_=#"},
        {{0}, 0, "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[28];
        rill_sparkline(cases[i].values, cases[i].n, false, text);
        ck_assert_str_eq(text, cases[i].text);
        rill_sparkline(cases[i].values, cases[i].n, true, text);
        ck_assert_str_eq(text, cases[i].plain);
    }
}
END_TEST

TEST_MAIN(test_levels)
