#include "experiments/program/text_width.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/// The code point at the beginning of a text, and its bytes. What is not UTF-8 counts as one character a byte.
static uint32_t code_point(const char *text, int *length)
{
    const unsigned char *c = (const unsigned char *)text;
    const int n = c[0] < 0xc0 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    uint32_t code = n == 1 ? c[0] : c[0] & (0xffu >> (n + 1));
    for (int i = 1; i < n; i++) {
        if ((c[i] & 0xc0) != 0x80) {
            *length = 1;
            return c[0];
        }
        code = code << 6 | (c[i] & 0x3fu);
    }
    *length = n;
    return code;
}

/// Columns of a character. Ranges: Unicode's East Asian Width, W and F, and combining marks, in blocks.
static int code_width(uint32_t code)
{
    static const struct {
        uint32_t first, last;
        int width;
    } ranges[] = {
        {0x0300, 0x036f, 0},   // combining marks
        {0x1100, 0x115f, 2},   // Hangul
        {0x200b, 0x200f, 0},   // without width
        {0x20d0, 0x20f0, 0},   // combining marks
        {0x2e80, 0x303e, 2},   // CJK radicals and punctuation
        {0x3041, 0xa4cf, 2},   // Kana, CJK, Yi
        {0xac00, 0xd7a3, 2},   // Hangul
        {0xf900, 0xfaff, 2},   // CJK
        {0xfe00, 0xfe0f, 0},   // variants
        {0xfe30, 0xfe6f, 2},   // forms
        {0xff01, 0xff60, 2},   // full width
        {0xffe0, 0xffe6, 2},   // full width
        {0x1f300, 0x1f64f, 2}, // pictures
        {0x1f900, 0x1f9ff, 2}, // pictures
        {0x20000, 0x3fffd, 2}, // CJK
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return ranges[i].width;
        }
    }
    return 1;
}

int text_width(const char *text)
{
    int width = 0;
    for (int length = 0; *text != '\0'; text += length) {
        width += code_width(code_point(text, &length));
    }
    return width;
}

const char *text_column(const char *text, int column)
{
    for (int length = 0; *text != '\0'; text += length) {
        column -= code_width(code_point(text, &length));
        if (column < 0) {
            break;
        }
    }
    return text;
}

void print_padded(const char *text, int width)
{
    const int blanks = width - text_width(text);
    printf("%s%*s", text, blanks > 0 ? blanks : 0, "");
}
