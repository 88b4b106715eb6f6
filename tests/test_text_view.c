// plots/text_view.c: pictures of small worlds, character by character.
#include "tests/test.h"

#include <rill/text_view.h>
#include <stdio.h>

static rill_env *create(const char *id, const char *const *assignments)
{
    rill_error error = {0};
    rill_env *env = NULL;
    ASSERT_OK(rill_env_create(&env, id, assignments, &error), &error);
    return env;
}

/// Draws and compares with the expected picture; destroys the environment.
static void assert_picture(rill_env *env, const rill_text_view *view, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    rill_error error = {0};
    ASSERT_OK(rill_text_view_draw(env, view, stream, &error), &error);
    fclose(stream);
    ck_assert_msg(strcmp(text, expected) == 0, "drawn:\n%sexpected:\n%s", text, expected);
    free(text);
    rill_env_destroy(env);
}

static const char *const small_world[] = {"map=S.F,.#G", NULL};

START_TEST(a_map_alone)
{
    assert_picture(create("gridworld", small_world), &(rill_text_view){0},
                   "┌─────────┐\n"
                   "│ S  · ░░░│\n"
                   "│ · ███ G │\n"
                   "└─────────┘\n");
}
END_TEST

START_TEST(values_arrows_and_a_path)
{
    const double values[] = {0.25, -1.5, 12.345, 0.0, 7.0, 100.0 / 3.0};
    const int32_t policy[] = {2, 1, 4, 3, 0, 0};
    const int32_t path[] = {0, 1, 2};
    rill_text_view view = {.values = values, .policy = policy, .path = path, .n_path = 3};
    assert_picture(create("gridworld", small_world), &view,
                   "┌───────────────────────────┐\n"
                   "│[ 0.25S↓][-1.50 →][12.35░•]│\n"
                   "│  0.00 ← █████████ 33.33G↑ │\n"
                   "└───────────────────────────┘\n");
    view.is_plain = true;
    assert_picture(create("gridworld", small_world), &view,
                   "+---------------------------+\n"
                   "|[ 0.25Sv][-1.50 >][12.35!o]|\n"
                   "|  0.00 < ######### 33.33G^ |\n"
                   "+---------------------------+\n");
    view.values = NULL;
    view.is_plain = false;
    assert_picture(create("gridworld", small_world), &view,
                   "┌────────────┐\n"
                   "│[S↓][ →][░•]│\n"
                   "│  ← ████ G↑ │\n"
                   "└────────────┘\n");
}
END_TEST

START_TEST(what_is_not_known_is_left_out)
{
    // NaN is no value, a negative action no arrow; a hazard without either is filled
    const double values[] = {-3.0, -2.0, nan(""), -4.0, 0.0, nan("")};
    const int32_t policy[] = {1, 2, -1, 0, -1, -1};
    const rill_text_view view = {.values = values, .policy = policy};
    assert_picture(create("gridworld", small_world), &view,
                   "┌──────────────────┐\n"
                   "│ -3S→  -2 ↓ ░░░░░░│\n"
                   "│ -4 ↑ ██████   G  │\n"
                   "└──────────────────┘\n");
}
END_TEST

START_TEST(one_row)
{
    const double values[] = {0, 1 / 6.0, 2 / 6.0, 3 / 6.0, 4 / 6.0, 5 / 6.0, 0};
    const int32_t policy[] = {-1, 1, 1, 0, 1, 1, -1};
    const rill_text_view view = {.values = values, .policy = policy};
    assert_picture(create("random_walk", NULL), &view,
                   "┌───────────────────────────────────────────────────────────────┐\n"
                   "│ 0.000G   0.167 →  0.333 →  0.500S←  0.667 →  0.833 →  0.000G  │\n"
                   "└───────────────────────────────────────────────────────────────┘\n");
}
END_TEST

START_TEST(digits_fit_the_values)
{
    const char *const assignments[] = {"n_states=1", NULL};
    const struct {
        double value;
        const char *shown;
    } cases[] = {
        {-100.0, "-100S"}, {-100.25, "-100.2S"}, {1234.5, "1234S"},
        {12.5, "12.50S"},  {0.0123, "0.012S"},   {0.00123, "0.0012S"},
        {3e7, "3e+07S"},   {-1e-12, "0S"},       {999999.0, "999999S"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double values[] = {nan(""), cases[i].value, nan("")};
        const rill_text_view view = {.values = values};
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);
        rill_env *env = create("random_walk", assignments);
        rill_error error = {0};
        ASSERT_OK(rill_text_view_draw(env, &view, stream, &error), &error);
        fclose(stream);
        char expected[32];
        snprintf(expected, sizeof expected, " %s ", cases[i].shown);
        ck_assert_msg(strstr(text, expected) != NULL, "%s is not in\n%s", expected, text);
        free(text);
        rill_env_destroy(env);
    }
}
END_TEST

/// The longest line of text, in characters of UTF-8.
static size_t width_of(const char *text)
{
    size_t widest = 0;
    size_t width = 0;
    for (const char *c = text; *c != '\0'; c++) {
        width = *c == '\n' ? 0 : width + ((*c & 0xc0) != 0x80);
        widest = width > widest ? width : widest;
    }
    return widest;
}

START_TEST(wide_maps_lose_detail_not_shape)
{
    const struct {
        const char *n_states;
        size_t width; ///< n + 2 cells and the frame
    } cases[] = {
        {"n_states=18", 2 + 20 * 8}, // value and arrow
        {"n_states=38", 2 + 40 * 4}, // arrow
        {"n_states=98", 2 + 100},    // a character
        {"n_states=998", 2 + 1000},
    };
    double values[1000];
    int32_t policy[1000];
    for (int i = 0; i < 1000; i++) {
        values[i] = 0.01 + i % 9;
        policy[i] = i % 2;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const assignments[] = {cases[i].n_states, NULL};
        rill_env *env = create("random_walk", assignments);
        rill_text_view view = {.values = values, .policy = policy};
        char *text = NULL;
        size_t size = 0;
        FILE *stream = open_memstream(&text, &size);
        rill_error error = {0};
        ASSERT_OK(rill_text_view_draw(env, &view, stream, &error), &error);
        fclose(stream);
        ck_assert_uint_eq(width_of(text), cases[i].width);
        free(text);
        rill_env_destroy(env);
    }
}
END_TEST

START_TEST(dense_values_are_tenths_of_the_range)
{
    char map[128] = "map=";
    memset(map + 4, '.', 101);
    memcpy(map + 4, "S#F", 3);
    const char *const assignments[] = {map, NULL};
    double values[101];
    int32_t path[] = {3, 4};
    for (int i = 0; i < 101; i++) {
        values[i] = i < 50 ? -10.0 : i - 60.0; // -10 to 40
    }
    rill_text_view view = {.values = values, .path = path, .n_path = 2, .is_plain = true};
    assert_picture(
        create("gridworld", assignments), &view,
        "+-----------------------------------------------------------------------------"
        "------------------------+\n"
        "|S#!**00000000000000000000000000000000000000000000000000111112222233333444445555"
        "5666667777788888999999|\n"
        "+-----------------------------------------------------------------------------"
        "------------------------+\n");
}
END_TEST

START_TEST(colour_changes_no_character)
{
    const double values[] = {1, 2, 3, 4, 5, 6};
    const int32_t policy[] = {2, 1, 4, 3, 0, 0};
    const int32_t path[] = {0};
    rill_text_view view = {.values = values, .policy = policy, .path = path, .n_path = 1};
    rill_env *env = create("gridworld", small_world);
    char *texts[2] = {NULL, NULL};
    for (int i = 0; i < 2; i++) {
        size_t size = 0;
        FILE *stream = open_memstream(&texts[i], &size);
        rill_error error = {0};
        view.has_color = i == 1;
        ASSERT_OK(rill_text_view_draw(env, &view, stream, &error), &error);
        fclose(stream);
    }
    ck_assert_ptr_null(strchr(texts[0], '\033'));
    ck_assert_ptr_nonnull(strstr(texts[1], "\033[0m│\n")); // ends in each line
    char *end = texts[1];
    for (const char *c = texts[1]; *c != '\0'; c++) {
        if (*c == '\033') {
            c = strchr(c, 'm');
        } else {
            *end++ = *c;
        }
    }
    *end = '\0';
    ck_assert_str_eq(texts[1], texts[0]);
    free(texts[0]);
    free(texts[1]);
    rill_env_destroy(env);
}
END_TEST

START_TEST(every_name_has_its_arrow)
{
    // a world whose actions are other ones, made from random_walk's type
    static const char *const names[] = {"up_right",   "up_left", "down_left",
                                        "down_right", "jump",    NULL};
    rill_env *walk = create("random_walk", NULL);
    rill_env_type type = *walk->type;
    rill_env env = *walk;
    const int32_t policy[] = {0, 1, 2, 3, 4, -1, -1};
    rill_text_view view = {.policy = policy};
    env.type = &type;
    type.action_names = names;
    char text[512] = "";
    for (int i = 0; i < 2; i++) {
        FILE *stream = fmemopen(text, sizeof text, "w");
        rill_error error = {0};
        ASSERT_OK(rill_text_view_draw(&env, &view, stream, &error), &error);
        fclose(stream);
        ck_assert_ptr_nonnull(strstr(text, i == 0 ? "│ G↗   ↖   ↙  S↘   j  ·   G  │"
                                                  : "│ G0   1   2  S3   4  ·   G  │"));
        type.action_names = NULL;
    }
    rill_env_destroy(walk);
}
END_TEST

START_TEST(other_worlds_are_refused)
{
    rill_env *walk = create("random_walk", NULL);
    rill_env_type type = *walk->type;
    rill_env env = *walk;
    rill_error error = {0};
    env.type = &type;
    type.grid = NULL;
    ASSERT_REFUSED(rill_text_view_draw(&env, &(rill_text_view){0}, stdout, &error), &error, "id",
                   "is not a grid");
    rill_env_destroy(walk);
}
END_TEST

TEST_MAIN(a_map_alone, values_arrows_and_a_path, what_is_not_known_is_left_out, one_row,
          digits_fit_the_values, wide_maps_lose_detail_not_shape,
          dense_values_are_tenths_of_the_range, colour_changes_no_character,
          every_name_has_its_arrow, other_worlds_are_refused)
