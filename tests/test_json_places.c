// Where values stand in a text: what is read from there is the value again.
#include "experiments/json_places.h"
#include "experiments/json.h"
#include "tests/program.h"

#include <glob.h>

static rill_error error;

/// Every value of a tree, read again from its place, is itself; and so is its key.
static int check_values(const json_places *places, const cJSON *json)
{
    const json_place *place = json_places_find(places, json);
    ck_assert_ptr_nonnull(place);
    cJSON *again = cJSON_ParseWithOpts(place->value, NULL, false);
    ck_assert_msg(cJSON_Compare(json, again, true), "%.40s", place->value);
    cJSON_Delete(again);
    if (json->string != NULL) {
        cJSON *key = cJSON_ParseWithOpts(place->key, NULL, false);
        ck_assert_str_eq(cJSON_GetStringValue(key), json->string);
        ck_assert(place->key < place->value);
        cJSON_Delete(key);
    } else {
        ck_assert_ptr_null(place->key);
    }
    int n = 1;
    for (const cJSON *child = json->child; child != NULL; child = child->next) {
        n += check_values(places, child);
    }
    return n;
}

static int check_text(const char *text)
{
    cJSON *json = NULL;
    json_places places = {0};
    ASSERT_OK(json_parse(text, &json, &error), &error);
    ASSERT_OK(json_places_add(&places, json, text, &error), &error);
    const int n = check_values(&places, json);
    ck_assert_uint_eq(places.n, (size_t)n);
    json_places_clear(&places);
    cJSON_Delete(json);
    return n;
}

START_TEST(test_values_of_texts)
{
    static const struct {
        const char *text;
        int n;
    } cases[] = {
        {"7", 1},
        {" \"a\" ", 1},
        {"[]", 1},
        {"{ }", 1},
        {"[1,-2.5e3 ,true\n,null,false]", 6},
        {"{\"a\":1,\"b\" :{\"c\":[]} ,\"d\":\"\"}", 5},
        {"[\"a\\\"]}:,\", \"\\\\\", {\"k\\\\\" : \"v:\"}]", 5},
        {"\xef\xbb\xbf{\"\\u00e9\":\"\xc3\xa9\"}", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(check_text(cases[i].text), cases[i].n);
    }
}
END_TEST

START_TEST(test_values_of_suites)
{
    glob_t files;
    ck_assert_int_eq(glob(RILL_SOURCE_DIR "/experiments/suites/*/*.json", 0, NULL, &files), 0);
    ck_assert_uint_gt(files.gl_pathc, 50);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        char *text = read_whole(files.gl_pathv[i], NULL);
        ck_assert_int_gt(check_text(text), 10);
        free(text);
    }
    globfree(&files);
}
END_TEST

START_TEST(test_several_trees)
{
    json_places places = {0};
    cJSON *a = cJSON_Parse("[1]"), *b = cJSON_Parse("{\"x\": 2}"), *c = cJSON_Parse("[]");
    ASSERT_OK(json_places_add(&places, a, "[1]", &error), &error);
    ASSERT_OK(json_places_add(&places, b, "{\"x\": 2}", &error), &error);
    ck_assert_int_eq(*json_places_find(&places, a->child)->value, '1');
    ck_assert_int_eq(*json_places_find(&places, b->child)->value, '2');
    ck_assert_ptr_null(json_places_find(&places, c));
    // an address that is used again is that of the later value
    ASSERT_OK(json_places_add(&places, a, " [3]", &error), &error);
    ck_assert_int_eq(*json_places_find(&places, a->child)->value, '3');
    json_places_clear(&places);
    cJSON_Delete(a);
    cJSON_Delete(b);
    cJSON_Delete(c);
}
END_TEST

START_TEST(test_follow)
{
    char *text = quoted("{'a': {'b': [10, {'c': 20}], 'b.c': 30, 'x[0].y': [40]}, 'ab': 50}");
    static const struct {
        const char *path, *rest;
        double number; ///< 0: not one
    } cases[] = {
        {"", "", 0},    {"a.b[0]", "", 10},       {"a.b[1].c", "", 20},     {"a.b.c", "", 30},
        {"ab", "", 50}, {"a.x[0].y[0]", "", 40},  {"a.b[2].c", "[2].c", 0}, {"a.q.r", ".q.r", 0},
        {"q", "q", 0},  {"a.b[1].c.d", ".d", 20}, {"a.b[x]", "[x]", 0},     {"abc", "abc", 0},
    };
    cJSON *json = cJSON_Parse(text);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *rest = NULL;
        const cJSON *found = json_follow(json, cases[i].path, &rest);
        ck_assert_msg(strcmp(rest, cases[i].rest) == 0, "%s: \"%s\"", cases[i].path, rest);
        ck_assert_msg(cases[i].number == 0 ? !cJSON_IsNumber(found)
                                           : found->valuedouble == cases[i].number,
                      "%s", cases[i].path);
    }
    cJSON_Delete(json);
    free(text);
}
END_TEST

START_TEST(test_lines)
{
    static const char text[] = "\xef\xbb\xbf{\r\n \"\xc3\xa9\xe2\x82\xac\": 1\n\n}";
    static const struct {
        char character;
        int line, column;
    } cases[] = {{'{', 1, 1}, {'"', 2, 2}, {'1', 2, 8}, {'}', 4, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int line = 0, column = 0;
        json_find_line(text, strchr(text, cases[i].character), &line, &column);
        ck_assert_int_eq(line, cases[i].line);
        ck_assert_int_eq(column, cases[i].column);
    }
}
END_TEST

TEST_MAIN(test_values_of_texts, test_values_of_suites, test_several_trees, test_follow, test_lines)
