/// Where a text is not JSON (RFC 8259), and what should stand there. cJSON is lenient (01, raw line
/// ends in texts), and the place that it names is the one its reader had come to.
#include "experiments/json.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 200 }; // of arrays and objects inside each other; far below cJSON's limit

typedef struct scanner {
    const char *at;       ///< the next character; the mistake, once there is one
    const char *expected; ///< what should stand at the mistake; NULL: no mistake so far
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
        return skip_digits(s);
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

static bool skip_escape(scanner *s)
{
    if (s->at[1] == 'u' && strspn(s->at + 2, "0123456789abcdefABCDEF") >= 4 &&
        strncmp(s->at + 2, "0000", 4) != 0) {
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
        bool is_good = skip_elements(s, *s->at == '{' ? '}' : ']');
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

rill_status json_find_mistake(const char *text, rill_error *error)
{
    scanner s = {text, NULL, 0};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) { // a byte-order mark, as some editors write
        s.at += 3;
    }
    const char *start = s.at;
    skip_space(&s);
    if (skip_value(&s)) {
        skip_space(&s);
        if (*s.at == '\0') {
            return RILL_OK;
        }
        s.expected = "the end of the text";
    }
    int line = 1;
    int column = 1; // in characters, as editors count
    for (const char *c = start; c < s.at; c++) {
        bool is_inside = ((unsigned char)*c & 0xc0) == 0x80;
        column = *c == '\n' ? 1 : column + !is_inside;
        line += *c == '\n';
    }
    // at most 20 bytes of what stands there, never half a character or a control character
    size_t length = 0;
    while (length < 20 && (unsigned char)s.at[length] >= 0x20) {
        length++;
    }
    while (length > 0 && ((unsigned char)s.at[length] & 0xc0) == 0x80) {
        length--;
    }
    if (length > 0) {
        return rill_error_set(error, RILL_INVALID, "",
                              "line %d, column %d: not JSON: found %.*s, expected %s", line, column,
                              (int)length, s.at, s.expected);
    }
    const char *found = *s.at == '\0'                    ? "the end of the text"
                        : *s.at == '\n' || *s.at == '\r' ? "the end of the line"
                                                         : "a control character";
    return rill_error_set(error, RILL_INVALID, "",
                          "line %d, column %d: not JSON: found %s, expected %s", line, column,
                          found, s.expected);
}
