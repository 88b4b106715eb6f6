#include "plots/window/paint.h"

#include <SDL2/SDL_ttf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_SIZES = 24, MAX_TEXT = 256 };

/// A font, in the sizes used last.
struct typeface {
    char path[512];
    TTF_Font *fonts[N_SIZES]; ///< NULL: free
    int sizes[N_SIZES];
    int next; ///< to be replaced
};

/// Where systems keep a sans-serif font.
static const char *const font_paths[] = {
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/liberation-sans/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/System/Library/Fonts/Supplemental/Arial.ttf",
    "/Library/Fonts/Arial.ttf",
};

static bool find_font(char *path, size_t size)
{
    const char *wanted = getenv("RILL_FONT");
    if (wanted != NULL) {
        snprintf(path, size, "%s", wanted);
        return true;
    }
    for (size_t i = 0; i < sizeof font_paths / sizeof font_paths[0]; i++) {
        FILE *file = fopen(font_paths[i], "rb");
        if (file != NULL) {
            fclose(file);
            snprintf(path, size, "%s", font_paths[i]);
            return true;
        }
    }
    return false;
}

/// The font in a size, in pixels; NULL where it cannot be had.
static TTF_Font *font_of(typeface *face, double size)
{
    const int pixels = size < 6.0 ? 6 : size > 300.0 ? 300 : (int)(size + 0.5);
    for (int i = 0; i < N_SIZES; i++) {
        if (face->fonts[i] != NULL && face->sizes[i] == pixels) {
            return face->fonts[i];
        }
    }
    TTF_Font *font = TTF_OpenFont(face->path, pixels);
    if (font != NULL) {
        if (face->fonts[face->next] != NULL) {
            TTF_CloseFont(face->fonts[face->next]);
        }
        face->fonts[face->next] = font;
        face->sizes[face->next] = pixels;
        face->next = (face->next + 1) % N_SIZES;
    }
    return font;
}

rill_status painter_open(painter *paint, rill_error *error)
{
    *paint = (painter){0};
    paint->face = calloc(1, sizeof *paint->face);
    if (paint->face == NULL) {
        return rill_error_no_memory(error);
    }
    if (TTF_Init() != 0) {
        free(paint->face);
        paint->face = NULL;
        return rill_error_set(error, RILL_FAILED, "", "SDL_ttf does not start: %s", TTF_GetError());
    }
    if (!find_font(paint->face->path, sizeof paint->face->path)) {
        return rill_error_set(error, RILL_FAILED, "",
                              "found no font; install DejaVu (script/setup.sh sdl), or set "
                              "RILL_FONT to a .ttf file");
    }
    if (font_of(paint->face, 12.0) == NULL) {
        return rill_error_set(error, RILL_FAILED, "", "cannot read the font %.200s (RILL_FONT): %s",
                              paint->face->path, TTF_GetError());
    }
    return RILL_OK;
}

void painter_close(painter *paint)
{
    if (paint->face != NULL) {
        for (int i = 0; i < N_SIZES; i++) {
            if (paint->face->fonts[i] != NULL) {
                TTF_CloseFont(paint->face->fonts[i]);
            }
        }
        TTF_Quit();
    }
    free(paint->face);
    raster_release(&paint->picture);
}

void paint_polygon(painter *paint, const double *points, int n, rill_color color)
{
    raster_polygon(&paint->picture, points, n, color);
}

void paint_rectangle(painter *paint, area where, rill_color color)
{
    raster_rectangle(&paint->picture, where.left, where.top, where.right, where.bottom, color);
}

void paint_frame(painter *paint, area where, double width, rill_color color)
{
    const area sides[] = {
        {where.left, where.top, where.right, where.top + width},
        {where.left, where.bottom - width, where.right, where.bottom},
        {where.left, where.top + width, where.left + width, where.bottom - width},
        {where.right - width, where.top + width, where.right, where.bottom - width}};
    for (int i = 0; i < 4; i++) {
        paint_rectangle(paint, sides[i], color);
    }
}

/// Corners of an arc from an angle on, over half a turn or a whole one.
static int add_arc(double *points, double x, double y, double radius, double from, double turn,
                   int n)
{
    for (int i = 0; i < n; i++) {
        const double angle = from + turn * i / n;
        points[2 * i] = x + radius * cos(angle);
        points[2 * i + 1] = y + radius * sin(angle);
    }
    return n;
}

enum { MAX_ARC = 96 };

static const double pi = 3.14159265358979323846;

/// Corners that a whole circle takes to look round.
static int corners_of(double radius)
{
    const double n = 8.0 + 4.0 * sqrt(fmax(radius, 0.0));
    return n < MAX_ARC ? (int)n : MAX_ARC;
}

void paint_circle(painter *paint, double x, double y, double radius, rill_color color)
{
    double points[2 * MAX_ARC];
    const int n = add_arc(points, x, y, radius, 0.0, 2.0 * pi, corners_of(radius));
    raster_polygon(&paint->picture, points, n, color);
}

void paint_line(painter *paint, double x0, double y0, double x1, double y1, double width,
                rill_color color)
{
    double points[4 * MAX_ARC + 4];
    const double radius = fmax(0.5 * width, 0.35); // thinner ones would vanish
    const int half = corners_of(radius) / 2 + 1;
    const double angle = atan2(y1 - y0, x1 - x0) + 0.5 * pi;
    int n = add_arc(points, x0, y0, radius, angle, pi * half / (half - 1), half);
    n += add_arc(points + (ptrdiff_t)2 * n, x1, y1, radius, angle + pi, pi * half / (half - 1),
                 half);
    raster_polygon(&paint->picture, points, n, color);
}

double paint_text_width(painter *paint, double size, const char *text)
{
    int width = 0;
    TTF_Font *font = font_of(paint->face, size);
    if (font != NULL) {
        TTF_SizeUTF8(font, text, &width, NULL);
    }
    return width;
}

/// Mixes a surface of letters into the picture; only their shares count, 255 for the inside.
static void blend(raster *picture, const SDL_Surface *letters, int left, int top, rill_color color)
{
    const raster_clip *clip = &picture->clip;
    for (int y = 0; y < letters->h; y++) {
        const uint32_t *row = (const uint32_t *)(const void *)((const char *)letters->pixels +
                                                               (ptrdiff_t)y * letters->pitch);
        for (int x = 0; x < letters->w; x++) {
            const unsigned share = row[x] >> 24;
            const int to_x = left + x, to_y = top + y;
            if (share > 0 && to_x >= clip->left && to_x < clip->right && to_y >= clip->top &&
                to_y < clip->bottom) {
                raster_mix(picture, to_x, to_y, color, share);
            }
        }
    }
}

void paint_text(painter *paint, double x, double y, double size, text_align align, const char *text,
                rill_color color)
{
    TTF_Font *font = text[0] == '\0' ? NULL : font_of(paint->face, size);
    if (font == NULL || !isfinite(x) || !isfinite(y)) {
        return;
    }
    SDL_Surface *letters = TTF_RenderUTF8_Blended(font, text, (SDL_Color){255, 255, 255, 255});
    if (letters != NULL) {
        const double share = align == ALIGN_LEFT ? 0.0 : align == ALIGN_CENTRE ? 0.5 : 1.0;
        blend(&paint->picture, letters, (int)lround(x - share * letters->w),
              (int)lround(y - 0.5 * letters->h), color);
        SDL_FreeSurface(letters);
    }
}

void paint_text_within(painter *paint, double x, double y, double size, double width,
                       const char *text, rill_color color)
{
    char cut[MAX_TEXT];
    snprintf(cut, sizeof cut, "%s", text);
    size_t length = strlen(cut);
    while (length > 0 && paint_text_width(paint, size, cut) > width) {
        do { // a whole character of UTF-8
            length--;
        } while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80);
        snprintf(cut + length, sizeof cut - length, "…");
    }
    paint_text(paint, x, y, size, ALIGN_LEFT, cut, color);
}

rill_color color_of_share(double share)
{
    // matplotlib's viridis at every eighth
    static const uint8_t anchors[][3] = {
        {0x44, 0x01, 0x54}, {0x47, 0x2d, 0x7b}, {0x3b, 0x52, 0x8b},
        {0x2c, 0x72, 0x8e}, {0x21, 0x91, 0x8c}, {0x28, 0xae, 0x80},
        {0x5e, 0xc9, 0x62}, {0xad, 0xdc, 0x30}, {0xfd, 0xe7, 0x25}};
    const double at = 8.0 * fmin(fmax(share, 0.0), 1.0);
    const int i = at < 7.0 ? (int)at : 7;
    uint8_t channels[3];
    for (int k = 0; k < 3; k++) {
        const double mixed = anchors[i][k] + (at - i) * (anchors[i + 1][k] - anchors[i][k]);
        channels[k] = (uint8_t)(mixed + 0.5);
    }
    return (rill_color){channels[0], channels[1], channels[2], 255};
}
