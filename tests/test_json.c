// JSON: the exact place of every mistake, members by kind, numbers that keep their bits, overrides.
#include "experiments/json.h"
#include "tests/program.h"

static rill_error error;

/// Where a text stops being JSON (RFC 8259). Columns count characters, from 1.
START_TEST(test_mistakes)
{
    static const struct {
        const char *text, *message; ///< NULL: it is JSON
    } cases[] = {
        {"{}", NULL},
        {" \t\r\n[1, -0.5e+3, 0, 1E5, true, false, null, \"\\u00e9\\n\\\"\", {}, []] \n", NULL},
        {"\"\"", NULL},
        {"\xef\xbb\xbf{}", NULL}, // a byte-order mark
        {"{\"\xc3\xa9\": \"\xe2\x82\xac \xf0\x9f\x8e\xb2\"}", NULL},
        {"", "0:0: not JSON: the text is empty"},
        {" \n ", "0:0: not JSON: the text is empty"},
        {"\xef\xbb\xbf", "0:0: not JSON: the text is empty"},
        {"{\n  \"a\" 1\n}", "2:7: not JSON: found 1, expected \":\""},
        {"{\"a\": 1,}", "1:9: not JSON: found }, expected a key in double quotes"},
        {"{\"a\": 1", "1:8: not JSON: found the end of the text, expected \",\" or \"}\""},
        {"{\"a\": 1 \"b\": 2}", "1:9: not JSON: found \"b\": 2}, expected \",\" or \"}\""},
        {"{a: 1}", "1:2: not JSON: found a: 1}, expected a key in double quotes"},
        {"{'a': 1}", "1:2: not JSON: found 'a': 1}, expected a key in double quotes"},
        {"{", "1:2: not JSON: found the end of the text, expected a key"},
        {"[1, 2,, 3]", "1:7: not JSON: found , 3], expected a value"},
        {"[1, 2,]", "1:7: not JSON: found ], expected a value"},
        {"[1 2]", "1:4: not JSON: found 2], expected \",\" or \"]\""},
        {"[1, 2}", "1:6: not JSON: found }, expected \",\" or \"]\""},
        {"[1\n,2\n,\n", "4:1: not JSON: found the end of the text, expected a value"},
        {"{} {}", "1:4: not JSON: found {}, expected the end of the text"},
        {"{}\n}", "2:1: not JSON: found }, expected the end of the text"},
        {"// comment\n{}", "1:1: not JSON: found // comment, expected a value"},
        {"[tru]", "1:2: not JSON: found tru], expected a value"},
        {"[nan]", "1:2: not JSON: found nan], expected a value"},
        {"[+1]", "1:2: not JSON: found +1], expected a value"},
        {"[.5]", "1:2: not JSON: found .5], expected a value"},
        {"[01]", "1:3: not JSON: found 1], expected \",\" or \"]\""},
        {"[-]", "1:3: not JSON: found ], expected a digit"},
        {"[1.]", "1:4: not JSON: found ], expected a digit"},
        {"[1e]", "1:4: not JSON: found ], expected a digit"},
        {"[1e+]", "1:5: not JSON: found ], expected a digit"},
        {"[0x10]", "1:3: not JSON: found x10], expected \",\" or \"]\""},
        {"{\n\"a\": \"no end\n}",
         "2:13: not JSON: found the end of the line, expected a closing quote"},
        {"[\"no end", "1:9: not JSON: found the end of the text, expected a closing quote"},
        {"[\"a\tb\"]", "1:4: not JSON: found a control character, expected a closing"},
        {"[\"\\q\"]", "1:3: not JSON: found \\q\"], expected one of \\\" \\\\ \\/ \\b"},
        {"[\"\\u12g4\"]", "1:3: not JSON: found \\u12g4\"], expected one of"},
        {"[\"\\u0000\"]", "1:3: not JSON: found \\u0000\"], expected one of"},
        {"[\"\\", "1:3: not JSON: found \\, expected one of"},
        {"[\"\\ud83c\\udfb2\"]", NULL},
        {"[\"\\ud83c\"]", "1:3: not JSON: found \\ud83c\"], expected both halves of a surrogate"},
        {"[\"\\udfb2\\ud83c\"]", "1:3: not JSON: found \\udfb2\\ud83c\"], expected both halves"},
        {"[0.0000000000000000000000000000000000000000000000000000000000001]", NULL}, // 63
        {"[0.00000000000000000000000000000000000000000000000000000000000001]",
         "1:2: not JSON: found 0.000000000000000000, expected a number of at most 63 characters"},
        // two characters of two bytes in front: columns are characters
        {"{\"\xc3\xa9\xc3\xa9\": 1,}", "1:10: not JSON: found }, expected a key"},
        {"[\"\xc3\"]", "1:3: not JSON: found \xc3\"], expected text in UTF-8"},
        {"[\"\xe2\x82\"]", "1:3: not JSON:"},
        {"[\"\x80\"]", "1:3: not JSON:"},
        {"[\"\xc0\xaf\"]", "1:3: not JSON:"},
        // the excerpt is short, and never half a character
        {"[1234567890 a23456789012345678901234567890]",
         "1:13: not JSON: found a2345678901234567890, expected"},
        {"[ a23456789012345678\xc3\xa9]",
         "1:3: not JSON: found a23456789012345678\xc3\xa9, expected"},
        {"[ a234567890123456789\xc3\xa9]", "1:3: not JSON: found a234567890123456789, expected"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *json = NULL;
        error = (rill_error){0};
        rill_status status = json_parse(cases[i].text, &json, &error);
        if (cases[i].message == NULL) {
            ck_assert_msg(status == RILL_OK && json != NULL, "%s: %s", cases[i].text,
                          error.message);
        } else {
            ck_assert_int_eq(status, RILL_INVALID);
            ck_assert_int_eq(error.status, RILL_INVALID);
            ck_assert_ptr_null(json);
            char message[900];
            snprintf(message, sizeof message, "%d:%d: %s", error.line, error.column, error.message);
            ck_assert_msg(strncmp(message, cases[i].message, strlen(cases[i].message)) == 0,
                          "%s: \"%s\" does not start with \"%s\"", cases[i].text, message,
                          cases[i].message);
        }
        cJSON_Delete(json);
    }
}
END_TEST

START_TEST(test_depth)
{
    char text[2 * 20000 + 1];
    for (size_t depth = 199; depth <= 20000; depth += depth < 202 ? 1 : 7000) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        text[2 * depth] = '\0';
        cJSON *json = NULL;
        rill_status status = json_parse(text, &json, &error);
        ck_assert_int_eq(status, depth <= 200 ? RILL_OK : RILL_INVALID);
        if (status != RILL_OK) {
            ck_assert_int_eq(error.line, 1);
            ck_assert_int_eq(error.column, 201);
        }
        cJSON_Delete(json);
    }
}
END_TEST

START_TEST(test_twin_keys)
{
    static const struct {
        const char *text, *path;
        int line, column; ///< of the second key
    } cases[] = {
        {"{'a': 1, 'b': 2,\n 'a': 1}", "a", 2, 2},
        {"[0, {'x': {'a': 1, 'a': 2}}]", "[1].x.a", 1, 20},
        {"\xef\xbb\xbf{'b': [{'c': '}\\\\'}, {'a': [],\n\n  'a' : {}}]}", "b[1].a", 3, 3},
        {"{'\\u0061': 1, 'a': 2}", "a", 1, 15},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = quoted(cases[i].text);
        cJSON *json = NULL;
        ASSERT_REFUSED(json_parse(text, &json, &error), &error, cases[i].path, "stands twice");
        ck_assert_int_eq(error.line, cases[i].line);
        ck_assert_int_eq(error.column, cases[i].column);
        ck_assert_ptr_null(json);
        free(text);
    }
    cJSON *json = NULL;
    char *text = quoted("[{'a': {'a': 1}}, {'a': 1, 'A': 2}]");
    ASSERT_OK(json_parse(text, &json, &error), &error);
    cJSON_Delete(json);
    free(text);
}
END_TEST

static rill_status get_member(const cJSON *json, int kind, const char *key, bool is_required)
{
    static const char *text;
    static double real;
    static int64_t integer;
    const cJSON *child = NULL;
    switch (kind) {
    case 't':
        return json_get_text(json, key, is_required, &text, &error);
    case 'r':
        return json_get_real(json, key, is_required, -1.5, 10.0, &real, &error);
    case 'i':
        return json_get_integer(json, key, is_required, -3, 10, &integer, &error);
    case 'o':
        return json_get_object(json, key, is_required, &child, &error);
    default:
        return json_get_array(json, key, is_required, &child, &error);
    }
}

/// Every kind of member against every kind of value.
START_TEST(test_members)
{
    static const struct {
        char kind;
        const char *key, *message; ///< NULL: fine
    } cases[] = {
        {'t', "text", NULL},
        {'t', "number", "found 7, expected a text"},
        {'t', "half", "found 0.5, expected a text"},
        {'t', "true", "found true, expected a text"},
        {'t', "null", "found null, expected a text"},
        {'t', "object", "found an object, expected a text"},
        {'t', "array", "found an array, expected a text"},
        {'r', "number", NULL},
        {'r', "half", NULL},
        {'r', "text", "found \"ten\", expected a number"},
        {'r', "false", "found false, expected a number"},
        {'r', "array", "found an array, expected a number"},
        {'r', "large", "1e+300 is out of range, allowed is -1.5 to 10"},
        {'r', "infinite", "inf is out of range, allowed is -1.5 to 10"},
        {'i', "number", NULL},
        {'i', "half", "0.5 is not a whole number"},
        {'i', "large", "1e+300 is out of range, allowed is -3 to 10"},
        {'i', "text", "found \"ten\", expected a number"},
        {'i', "null", "found null, expected a number"},
        {'o', "object", NULL},
        {'o', "array", "found an array, expected an object"},
        {'o', "text", "found \"ten\", expected an object"},
        {'a', "array", NULL},
        {'a', "object", "found an object, expected an array"},
        {'a', "number", "found 7, expected an array"},
    };
    char *text = quoted("{'text': 'ten', 'number': 7, 'half': 0.5, 'true': true, 'false': false,"
                        " 'null': null, 'object': {}, 'array': [], 'large': 1e300,"
                        " 'infinite': 1e999}");
    cJSON *json = NULL;
    ASSERT_OK(json_parse(text, &json, &error), &error);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].message == NULL) {
            ASSERT_OK(get_member(json, cases[i].kind, cases[i].key, true), &error);
        } else {
            ASSERT_REFUSED(get_member(json, cases[i].kind, cases[i].key, true), &error,
                           cases[i].key, cases[i].message);
        }
    }
    static const char kinds[] = {'t', 'r', 'i', 'o', 'a'};
    static const char *const names[] = {"a text", "a number", "a number", "an object", "an array"};
    for (size_t i = 0; i < 5; i++) {
        ASSERT_OK(get_member(json, kinds[i], "absent", false), &error);
        ASSERT_REFUSED(get_member(json, kinds[i], "absent", true), &error, "absent",
                       "missing; expected ");
        ck_assert_ptr_nonnull(strstr(error.message, names[i]));
    }
    // what is missing leaves the value as it is; what is refused too
    int64_t integer = 4;
    double real = 0.25;
    const char *word = "kept";
    const cJSON *child = json;
    ASSERT_OK(json_get_integer(json, "absent", false, 5, 6, &integer, &error), &error);
    ASSERT_OK(json_get_real(json, "absent", false, 5.0, 6.0, &real, &error), &error);
    ASSERT_OK(json_get_text(json, "absent", false, &word, &error), &error);
    ASSERT_OK(json_get_object(json, "absent", false, &child, &error), &error);
    ck_assert(integer == 4 && real == 0.25 && strcmp(word, "kept") == 0 && child == NULL);
    cJSON_Delete(json);
    free(text);
}
END_TEST

START_TEST(test_unknown_keys)
{
    static const char *const keys[] = {"alpha", "gamma", NULL};
    cJSON *json = NULL;
    ASSERT_OK(json_parse("{\"gamma\": 1, \"aplha\": 2}", &json, &error), &error);
    ASSERT_REFUSED(json_check_keys(json, keys, &error), &error, "aplha",
                   "unknown key; did you mean \"alpha\"?");
    cJSON_Delete(json);
    ASSERT_OK(json_parse("{\"xyzzyxyzzy\": 2}", &json, &error), &error);
    ASSERT_REFUSED(json_check_keys(json, keys, &error), &error, "xyzzyxyzzy",
                   "unknown key; here there can be: alpha, gamma");
    cJSON_Delete(json);
    ASSERT_OK(json_parse("{\"gamma\": 1}", &json, &error), &error);
    ASSERT_OK(json_check_keys(json, keys, &error), &error);
    cJSON_Delete(json);
}
END_TEST

/// A number that is written reads back as the same bits. (cJSON takes 15 digits as enough where
/// they are a unit in the last place off: 0.1 + 0.2 came back as 0.3.)
START_TEST(test_numbers_keep_their_bits)
{
    double values[1000] = {0.1 + 0.2, 9007199254740991.0,    9007199254740992.0, 1.0 / 3.0, -0.0,
                           5e-324,    1.7976931348623157e308};
    rill_rng rng;
    rill_rng_seed(&rng, 11);
    for (size_t i = 7; i < 1000; i++) {
        do {
            uint64_t bits = rill_rng_next64(&rng);
            memcpy(&values[i], &bits, sizeof bits);
        } while (!isfinite(values[i]));
    }
    cJSON *array = json_numbers(values, 1000);
    char *text = cJSON_PrintUnformatted(array);
    cJSON_Delete(array);
    ASSERT_OK(json_parse(text, &array, &error), &error);
    ck_assert_int_eq(cJSON_GetArraySize(array), 1000);
    int i = 0;
    const cJSON *element = NULL;
    cJSON_ArrayForEach (element, array) {
        ck_assert(memcmp(&element->valuedouble, &values[i++], sizeof values[0]) == 0);
    }
    cJSON_Delete(array);
    free(text);
    // and no longer than it must be
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.1, "0.1"},
                 {5.0, "5"},
                 {-2.5e-7, "-2.5e-07"},
                 {(double)NAN, "null"},
                 {-(double)INFINITY, "null"},
                 {0.30000000000000004, "0.30000000000000004"}};
    for (size_t j = 0; j < 6; j++) {
        cJSON *number = json_number(cases[j].value);
        text = cJSON_PrintUnformatted(number);
        ck_assert_str_eq(text, cases[j].text);
        free(text);
        cJSON_Delete(number);
    }
}
END_TEST

/// "path=value" as typed, and what becomes of the tree.
START_TEST(test_overrides)
{
    static const char tree[] = "{'a': 1, 'b': {'c': [10, {'d': 2}]}}";
    static const struct {
        const char *assignment, *after; ///< with ' for "
    } good[] = {
        {"a=2", "{'a':2,'b':{'c':[10,{'d':2}]}}"},
        {"b.c[0]=-1.5", "{'a':1,'b':{'c':[-1.5,{'d':2}]}}"},
        {"b.c[1].d=true", "{'a':1,'b':{'c':[10,{'d':true}]}}"},
        {"b.c[1]=null", "{'a':1,'b':{'c':[10,null]}}"},
        {"b.c=[]", "{'a':1,'b':{'c':[]}}"},
        {"b={\"x\": [1]}", "{'a':1,'b':{'x':[1]}}"},
        {"a=word", "{'a':'word','b':{'c':[10,{'d':2}]}}"}, // not JSON: a text
        {"a=\"word\"", "{'a':'word','b':{'c':[10,{'d':2}]}}"},
        {"a=x=y", "{'a':'x=y','b':{'c':[10,{'d':2}]}}"},
        {"a=", "{'a':'','b':{'c':[10,{'d':2}]}}"},
        {"a=01", "{'a':'01','b':{'c':[10,{'d':2}]}}"},
        {"a=[1", "{'a':'[1','b':{'c':[10,{'d':2}]}}"},
        {"e=3", "{'a':1,'b':{'c':[10,{'d':2}]},'e':3}"}, // made where it is missing
        {"e.f.g=3", "{'a':1,'b':{'c':[10,{'d':2}]},'e':{'f':{'g':3}}}"},
        {"b.c[1].e=3", "{'a':1,'b':{'c':[10,{'d':2,'e':3}]}}"},
    };
    static const struct {
        const char *assignment, *path, *message;
    } bad[] = {
        {"", "", "cannot read \"\", expected path=value"},
        {"a", "", "cannot read \"a\", expected path=value"},
        {"=1", "", "cannot read \"=1\", expected path=value"},
        {"a.=1", "", "cannot read \"a.=1\", expected path=value"},
        {"a.x=1", "a.x", "a number has no member \"x\""},
        {"b..c=1", "b..c", "there is no name in front of \".c\""},
        {".a=1", ".a", "there is no name in front of \".a\""},
        {"b.c[2]=1", "b.c[2]", "no element [2]: the array has 2"},
        {"b.c[99999999999999999999]=1", "b.c[99999999999999999999]", "no element ["},
        {"b.c[-1]=1", "b.c[-1]", "cannot read \"[-1]\", expected [number]"},
        {"b.c[]=1", "b.c[]", "cannot read \"[]\", expected [number]"},
        {"b.c[1=1", "b.c[1", "cannot read \"[1\", expected [number]"},
        {"b.c[1]d=1", "b.c[1]d", "cannot read \"[1]d\", expected [number]"},
        {"b.c[x]=1", "b.c[x]", "cannot read \"[x]\", expected [number]"},
        {"b[0]=1", "b[0]", "an object has no element \"[0]\""},
        {"b.c.d=1", "b.c.d", "an array has no member \"d\"; say of which element: [0].d"},
        {"d[0]=1", "d[0]", "there is no array \"d\"; here there are: a, b"},
        {"[0]=1", "[0]", "an object has no element \"[0]\""},
    };
    char *before = quoted(tree);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cJSON *json = cJSON_Parse(before);
        ASSERT_OK(json_override(json, good[i].assignment, &error), &error);
        char *after = cJSON_PrintUnformatted(json);
        char *expected = quoted(good[i].after);
        ck_assert_msg(strcmp(after, expected) == 0, "%s: %s", good[i].assignment, after);
        free(after);
        free(expected);
        cJSON_Delete(json);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cJSON *json = cJSON_Parse(before);
        ASSERT_REFUSED(json_override(json, bad[i].assignment, &error), &error, bad[i].path,
                       bad[i].message);
        cJSON_Delete(json);
    }
    free(before);
}
END_TEST

START_TEST(test_short_values)
{
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"0.123456789", "0.1235"},
        {"'a text as it is, 20'", "a text as it is, 20"},
        {"[1,2,3,4,5,6,7,8,9]", "[1,2,3,4,5,6,7,8,9]"},
        {"'1234567890\u00e4bcdefghij'", "1234567890~"}, // the letter would end behind the cut
    };
    char text[21];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *json = quoted(cases[i].json);
        cJSON *value = cJSON_Parse(json);
        json_write_short(value, 4, text, sizeof text);
        const bool is_cut = strchr(cases[i].text, '~') != NULL;
        ck_assert_msg(strncmp(text, cases[i].text, is_cut ? strlen(cases[i].text) : 21) == 0,
                      "%s: %s", json, text);
        cJSON_Delete(value);
        free(json);
    }
    // what begins alike stays different
    char other[21];
    cJSON *values = cJSON_Parse("[[1,2,3,4,5,6,7,8,9,10],[1,2,3,4,5,6,7,8,9,11]]");
    json_write_short(values->child, 4, text, sizeof text);
    json_write_short(values->child->next, 4, other, sizeof other);
    ck_assert_int_eq(strncmp(text, other, 12), 0);
    ck_assert_str_ne(text, other);
    ck_assert_uint_eq(strlen(text), 20);
    cJSON_Delete(values);
}
END_TEST

START_TEST(test_files)
{
    enter_fresh_directory();
    char *text = NULL;
    ck_assert_int_eq(json_read_file("absent.json", &text, &error), RILL_IO);
    ck_assert_str_eq(error.message, "cannot open: No such file or directory");
    ck_assert_int_eq(json_read_file(".", &text, &error), RILL_IO);
    ck_assert_str_eq(error.message, "cannot read: Is a directory");
    write_bytes("zero.json", "{\0}", 3);
    ASSERT_REFUSED(json_read_file("zero.json", &text, &error), &error, "", "zero byte");
    ck_assert_ptr_null(text);
    // around the sizes at which the buffer grows
    for (size_t size = 65530; size < 65542; size++) {
        char *bytes = malloc(size);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (char)('a' + i % 26);
        }
        write_bytes("long.json", bytes, size);
        ASSERT_OK(json_read_file("long.json", &text, &error), &error);
        ck_assert_uint_eq(strlen(text), size);
        ck_assert_mem_eq(text, bytes, size);
        free(text);
        free(bytes);
    }
    write_bytes("empty.json", "", 0);
    ASSERT_OK(json_read_file("empty.json", &text, &error), &error);
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

TEST_MAIN_WITH_FILES(test_mistakes, test_depth, test_twin_keys, test_members, test_unknown_keys,
                     test_numbers_keep_their_bits, test_overrides, test_short_values, test_files)
