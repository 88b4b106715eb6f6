#include <math.h>
#include <rill/sparkline.h>
#include <string.h>

enum { LEVELS = 8 };

static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const letters[LEVELS] = {"_", ".", "-", "~", "=", "+", "*", "#"};

void rill_sparkline(const double *values, size_t n, bool is_plain, char *text)
{
    double low = (double)INFINITY, high = -(double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i])) {
            low = fmin(low, values[i]);
            high = fmax(high, values[i]);
        }
    }
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const char *character = " ";
        if (isfinite(values[i])) {
            // halved, so that the distance of two numbers is one
            const double share =
                high > low ? (0.5 * values[i] - 0.5 * low) / (0.5 * high - 0.5 * low) : 0.5;
            int level = (int)(share * LEVELS);
            level = level < LEVELS ? level : LEVELS - 1;
            character = is_plain ? letters[level] : blocks[level];
        }
        const size_t size = strlen(character);
        memcpy(text, character, size + 1);
        text += size;
    }
}
