#include <rill/svg.h>

/// World to picture: x' = (x - left) scale, y' = (top - y) scale.
typedef struct svg {
    FILE *stream;
    double width; ///< pixels
    double left, top, scale;
} svg;

static void print_color(const svg *picture, const char *attribute, rill_color color)
{
    fprintf(picture->stream, " %s=\"#%02x%02x%02x\"", attribute, color.red, color.green,
            color.blue);
    if (color.alpha != 255) {
        fprintf(picture->stream, " %s-opacity=\"%.3g\"", attribute, color.alpha / 255.0);
    }
}

static void view(void *context, double left, double bottom, double right, double top)
{
    svg *picture = context;
    picture->scale = picture->width / (right - left);
    picture->left = left;
    picture->top = top;
    const double height = (top - bottom) * picture->scale;
    fprintf(
        picture->stream,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.6g\" height=\"%.6g\" "
        "viewBox=\"0 0 %.6g %.6g\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
        picture->width, height, picture->width, height);
}

static double to_x(const svg *picture, double x)
{
    return (x - picture->left) * picture->scale;
}

static double to_y(const svg *picture, double y)
{
    return (picture->top - y) * picture->scale;
}

static void line(void *context, double x0, double y0, double x1, double y1, double width,
                 rill_color color)
{
    const svg *picture = context;
    fprintf(picture->stream,
            "<line x1=\"%.6g\" y1=\"%.6g\" x2=\"%.6g\" y2=\"%.6g\" stroke-width=\"%.6g\" "
            "stroke-linecap=\"round\"",
            to_x(picture, x0), to_y(picture, y0), to_x(picture, x1), to_y(picture, y1),
            width * picture->scale);
    print_color(picture, "stroke", color);
    fprintf(picture->stream, "/>\n");
}

static void polygon(void *context, const double *points, int32_t n, rill_color color)
{
    const svg *picture = context;
    fprintf(picture->stream, "<polygon points=\"");
    for (int32_t i = 0; i < n; i++) {
        fprintf(picture->stream, "%s%.6g,%.6g", i == 0 ? "" : " ", to_x(picture, points[2 * i]),
                to_y(picture, points[2 * i + 1]));
    }
    fprintf(picture->stream, "\"");
    print_color(picture, "fill", color);
    fprintf(picture->stream, "/>\n");
}

static void circle(void *context, double x, double y, double radius, rill_color color)
{
    const svg *picture = context;
    fprintf(picture->stream, "<circle cx=\"%.6g\" cy=\"%.6g\" r=\"%.6g\"", to_x(picture, x),
            to_y(picture, y), radius * picture->scale);
    print_color(picture, "fill", color);
    fprintf(picture->stream, "/>\n");
}

static void text(void *context, double x, double y, double height, const char *string,
                 rill_color color)
{
    const svg *picture = context;
    fprintf(picture->stream,
            "<text x=\"%.6g\" y=\"%.6g\" font-size=\"%.6g\" font-family=\"sans-serif\" "
            "text-anchor=\"middle\" dy=\"0.35em\"",
            to_x(picture, x), to_y(picture, y), height * picture->scale);
    print_color(picture, "fill", color);
    fputc('>', picture->stream);
    for (const char *c = string; *c != '\0'; c++) {
        switch (*c) {
        case '<':
            fputs("&lt;", picture->stream);
            break;
        case '>':
            fputs("&gt;", picture->stream);
            break;
        case '&':
            fputs("&amp;", picture->stream);
            break;
        default:
            fputc(*c, picture->stream);
        }
    }
    fprintf(picture->stream, "</text>\n");
}

rill_status rill_svg_draw(const rill_env *env, int32_t width, FILE *stream, rill_error *error)
{
    svg picture = {.stream = stream, .width = width};
    const rill_canvas canvas = {
        .context = &picture,
        .view = view,
        .line = line,
        .polygon = polygon,
        .circle = circle,
        .text = text,
    };
    rill_status status = rill_env_draw(env, &canvas, error);
    if (status == RILL_OK) {
        fprintf(stream, "</svg>\n");
        if (ferror(stream)) {
            status = rill_error_set(error, RILL_IO, "", "cannot write the picture");
        }
    }
    return status;
}
