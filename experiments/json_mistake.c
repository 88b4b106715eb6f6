/// Where a text is not JSON (RFC 8259), and what should stand there. cJSON is lenient (01, raw line
/// ends in texts), and the place that it names is the one its reader had come to.
#include "experiments/json.h"

#include "experiments/json_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_DEPTH = 200, // of arrays and objects inside each other; far below cJSON's limit
    MAX_NUMBER = 63, // characters that cJSON reads
};

typedef struct scanner {
    const char *at;       ///< the next character; the mistake, once there is one
    const char *expected; ///< what should stand at the mistake; NULL: no mistake so far
    const char *open;     ///< the innermost bracket that is open at the mistake; NULL: none
    int depth;
} scanner;

static bool mistake(scanner *s, const char *expected)
{
    s->expected = expected;
    return false;
}

static void skip_space(scanner *s)
{
    s->at += strspn(s->at, " \t\r\n");
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool skip_digits(scanner *s)
{
    if (!is_digit(*s->at)) {
        return mistake(s, "a digit");
    }
    s->at += strspn(s->at, "0123456789");
    return true;
}

static bool skip_number(scanner *s)
{
    const char *start = s->at;
    s->at += *s->at == '-';
    if (*s->at == '0') {
        s->at++;
    } else if (!skip_digits(s)) {
        return false;
    }
    if (*s->at == '.') {
        s->at++;
        if (!skip_digits(s)) {
            return false;
        }
    }
    if (*s->at == 'e' || *s->at == 'E') {
        s->at++;
        s->at += *s->at == '+' || *s->at == '-';
        if (!skip_digits(s)) {
            return false;
        }
    }
    if (s->at - start > MAX_NUMBER) {
        s->at = start;
        return mistake(s, "a number of at most 63 characters");
    }
    return true;
}

/// One character beyond ASCII, in UTF-8.
static bool skip_wide_character(scanner *s)
{
    const unsigned char first = (unsigned char)*s->at;
    int n = first >= 0xc2 && first < 0xe0   ? 2
            : first >= 0xe0 && first < 0xf0 ? 3
            : first >= 0xf0 && first < 0xf5 ? 4
                                            : 0;
    for (int i = 1; i < n; i++) {
        n = ((unsigned char)s->at[i] & 0xc0) == 0x80 ? n : 0;
    }
    s->at += n;
    return n > 0 || mistake(s, "text in UTF-8");
}

/// The 16 bits of "\\uXXXX"; -1 where there is none.
static long read_unit(const char *at)
{
    if (at[0] != '\\' || at[1] != 'u' || strspn(at + 2, "0123456789abcdefABCDEF") < 4) {
        return -1;
    }
    const char digits[] = {at[2], at[3], at[4], at[5], '\0'};
    return strtol(digits, NULL, 16);
}

static bool skip_escape(scanner *s)
{
    const long unit = read_unit(s->at);
    if (unit >= 0xd800 && unit < 0xe000) { // a character beyond 16 bits takes a pair
        const long second = unit < 0xdc00 ? read_unit(s->at + 6) : -1;
        if (second < 0xdc00 || second >= 0xe000) {
            return mistake(s, "both halves of a surrogate pair");
        }
        s->at += 12;
        return true;
    }
    if (unit > 0) {
        s->at += 6;
        return true;
    }
    if (s->at[1] != '\0' && strchr("\"\\/bfnrt", s->at[1]) != NULL) {
        s->at += 2;
        return true;
    }
    return mistake(s, "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t, or \\u and four digits");
}

static bool skip_text(scanner *s)
{
    s->at++;
    while (*s->at != '"') {
        const unsigned char c = (unsigned char)*s->at;
        if (c < 0x20) {
            return mistake(s, "a closing quote");
        }
        if (c == '\\') {
            if (!skip_escape(s)) {
                return false;
            }
        } else if (c >= 0x80) {
            if (!skip_wide_character(s)) {
                return false;
            }
        } else {
            s->at++;
        }
    }
    s->at++;
    return true;
}

static bool skip_value(scanner *s);

/// The elements of an array, or the members of an object, and the bracket that closes them.
static bool skip_elements(scanner *s, char closing)
{
    const bool is_object = closing == '}';
    s->at++;
    skip_space(s);
    if (*s->at == closing) {
        s->at++;
        return true;
    }
    for (;;) {
        if (is_object) {
            if (*s->at != '"') {
                return mistake(s, "a key in double quotes");
            }
            if (!skip_text(s)) {
                return false;
            }
            skip_space(s);
            if (*s->at != ':') {
                return mistake(s, "\":\"");
            }
            s->at++;
        }
        skip_space(s);
        if (!skip_value(s)) {
            return false;
        }
        skip_space(s);
        if (*s->at == closing) {
            s->at++;
            return true;
        }
        if (*s->at != ',') {
            return mistake(s, is_object ? "\",\" or \"}\"" : "\",\" or \"]\"");
        }
        s->at++;
        skip_space(s);
    }
}

static bool skip_value(scanner *s)
{
    static const char *const words[] = {"true", "false", "null"};
    if (*s->at == '{' || *s->at == '[') {
        if (++s->depth > MAX_DEPTH) {
            return mistake(s, "fewer brackets inside each other");
        }
        const char *start = s->at;
        bool is_good = skip_elements(s, *s->at == '{' ? '}' : ']');
        s->open = is_good || s->open != NULL ? s->open : start;
        s->depth--;
        return is_good;
    }
    if (*s->at == '"') {
        return skip_text(s);
    }
    if (*s->at == '-' || is_digit(*s->at)) {
        return skip_number(s);
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(s->at, words[i], length) == 0) {
            s->at += length;
            return true;
        }
    }
    return mistake(s, "a value");
}

/// The last character before `at` that is no space; 0 at the start.
static char character_before(const char *text, const char *at)
{
    while (at > text && strchr(" \t\r\n", at[-1]) != NULL) {
        at--;
    }
    return at > text ? at[-1] : '\0';
}

/// What to do about habits of other languages; NULL for none of them.
static const char *find_advice(const char *text, const scanner *s)
{
    static const struct {
        const char *start, *advice;
    } habits[] = {
        {"//", "JSON has no comments; \"note\" is there for words"},
        {"/*", "JSON has no comments; \"note\" is there for words"},
        {"#", "JSON has no comments; \"note\" is there for words"},
        {"'", "keys and texts stand in double quotes"},
        {"\xe2\x80\x9c", "keys and texts stand in straight double quotes"},
        {"\xe2\x80\x9d", "keys and texts stand in straight double quotes"},
        {"NaN", "JSON has no NaN"},
        {"nan", "JSON has no NaN"},
        {"Inf", "JSON has no infinity"},
        {"inf", "JSON has no infinity"},
        {"True", "write true"},
        {"False", "write false"},
        {"None", "write null"},
        {"+", "numbers have no + in front"},
        {".", "write a 0 before the point"},
        {";", "a comma separates values"},
        {"=", "a colon stands between key and value"},
    };
    const char before = character_before(text, s->at);
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++) {
        if (strncmp(s->at, habits[i].start, strlen(habits[i].start)) == 0) {
            return habits[i].advice;
        }
    }
    if ((*s->at == '}' || *s->at == ']') && before == ',') {
        return "take away the comma before it";
    }
    if (*s->at == '"' && s->expected[0] == '"' && s->expected[1] == ',') {
        return "a comma is missing before it";
    }
    if (is_digit(*s->at) && before == '0') {
        return "numbers do not begin with 0";
    }
    if (is_digit(before) && *s->at == '_') {
        return "numbers have no _ between their digits";
    }
    if (before == '0' && (*s->at == 'x' || *s->at == 'X')) {
        return "JSON has decimal numbers alone";
    }
    if (s->at > text && strcmp(s->expected, "the end of the text") == 0) {
        return "a file is one object";
    }
    if ((*s->at >= 'a' && *s->at <= 'z') || (*s->at >= 'A' && *s->at <= 'Z')) {
        return before == '-' ? "JSON has no infinity" : "keys and texts stand in double quotes";
    }
    return NULL;
}

/// Where a text ends too early: which bracket is open.
static const char *find_open(const char *text, const scanner *s, char *words, size_t size)
{
    if (*s->at != '\0' || s->open == NULL) {
        return NULL;
    }
    int line = 0, column = 0;
    json_find_line(text, s->open, &line, &column);
    snprintf(words, size, "the %c of line %d, column %d is open", *s->open, line, column);
    return words;
}

/// What stands at a mistake: at most 20 bytes, never half a character or a control character.
static void describe_found(const char *at, char *text, size_t size)
{
    size_t length = 0;
    while (length < 20 && (unsigned char)at[length] >= 0x20) {
        length++;
    }
    while (length > 0 && ((unsigned char)at[length] & 0xc0) == 0x80) {
        length--;
    }
    snprintf(text, size, "%.*s", (int)length, at);
    if (length == 0) {
        snprintf(text, size, "%s",
                 *at == '\0'                  ? "the end of the text"
                 : *at == '\n' || *at == '\r' ? "the end of the line"
                                              : "a control character");
    }
}

rill_status json_find_mistake(const char *text, rill_error *error)
{
    scanner s = {.at = text};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) { // a byte-order mark, as some editors write
        s.at += 3;
    }
    skip_space(&s);
    if (*s.at == '\0') {
        return rill_error_set(error, RILL_INVALID, "", "not JSON: the text is empty");
    }
    if (skip_value(&s)) {
        skip_space(&s);
        if (*s.at == '\0') {
            return RILL_OK;
        }
        s.expected = "the end of the text";
    }
    char found[32], words[80];
    describe_found(s.at, found, sizeof found);
    const char *advice = find_advice(text, &s);
    advice = advice == NULL ? find_open(text, &s, words, sizeof words) : advice;
    rill_error_set(error, RILL_INVALID, "", "not JSON: found %s, expected %s%s%s%s", found,
                   s.expected, advice == NULL ? "" : " (", advice == NULL ? "" : advice,
                   advice == NULL ? "" : ")");
    if (error != NULL) {
        json_find_line(text, s.at, &error->line, &error->column);
    }
    return RILL_INVALID;
}
