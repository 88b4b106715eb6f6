#include "plots/window/film.h"

#include "plots/window/film_encoder.h"
#include "plots/window/screen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_PATH = 400 };

/// Exactly one of `encoder` and `directory` is there.
struct film {
    int width, height;
    char path[MAX_PATH];
    film_encoder *encoder;
    char directory[MAX_PATH]; ///< of the numbered pictures; "": ffmpeg encodes
    const char *name;         ///< within `directory`, its last part
    double due;               ///< pictures that time has asked for and that are not yet added
    int64_t frames;
};

/// Behind the last point of a file's name; "" where there is none, or no name before it.
static const char *ending_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *point = strrchr(name, '.');
    return point == NULL || point == name ? "" : point;
}

rill_status film_check_name(const char *path, rill_error *error)
{
    if (film_encoder_arguments(ending_of(path)) == NULL) {
        return rill_error_set(error, RILL_INVALID, "",
                              "\"%.120s\" is no name of a film; expected one that ends with .mp4, "
                              ".webm or .gif, as in watch.mp4",
                              path);
    }
    if (strlen(path) >= MAX_PATH) {
        return rill_error_set(error, RILL_INVALID, "", "\"%.40s...\": at most %d bytes name a film",
                              path, MAX_PATH - 1);
    }
    return RILL_OK;
}

/// Without ffmpeg: a directory for the pictures, which must not be there, so that no film is mixed with another.
static rill_status open_directory(film *self, rill_error *error)
{
    const int length = (int)(ending_of(self->path) - self->path);
    snprintf(self->directory, sizeof self->directory, "%.*s", length, self->path);
    const char *slash = strrchr(self->directory, '/');
    self->name = slash == NULL ? self->directory : slash + 1;
    if (mkdir(self->directory, 0777) != 0) {
        return rill_error_set(error, RILL_IO, "",
                              "ffmpeg is not installed, and the directory %.200s for single "
                              "pictures cannot be made: %s",
                              self->directory, strerror(errno));
    }
    return RILL_OK;
}

rill_status film_open(film **self, const char *path, int width, int height, rill_error *error)
{
    *self = NULL;
    rill_status status = film_check_name(path, error);
    film *opened = status == RILL_OK ? calloc(1, sizeof *opened) : NULL;
    if (opened == NULL) {
        return status != RILL_OK ? status : rill_error_no_memory(error);
    }
    opened->width = width;
    opened->height = height;
    snprintf(opened->path, sizeof opened->path, "%s", path);
    bool is_missing = false;
    status = film_encoder_open(&opened->encoder, path, ending_of(path), width, height, &is_missing,
                               error);
    if (is_missing) {
        status = open_directory(opened, error);
    }
    if (status != RILL_OK) {
        free(opened);
        return status;
    }
    *self = opened;
    return RILL_OK;
}

rill_status film_open_next(film **self, int width, int height, rill_error *error)
{
    char path[32], directory[32];
    int i = 0;
    do {
        i++;
        snprintf(path, sizeof path, "watch-%d.mp4", i);
        snprintf(directory, sizeof directory, "watch-%d", i);
    } while (access(path, F_OK) == 0 || access(directory, F_OK) == 0);
    return film_open(self, path, width, height, error);
}

bool film_fits(const film *self, int width, int height)
{
    return self->width == width && self->height == height;
}

/// The name of a numbered picture, from 1.
static void name_picture(const film *self, int64_t number, char *path, size_t size)
{
    snprintf(path, size, "%s/%s-%04" PRId64 ".png", self->directory, self->name, number);
}

/// The next numbered picture; one that was seen before is a second name of its file, where there can be one.
static rill_status save_picture(const film *self, const raster *picture, bool is_repeated,
                                rill_error *error)
{
    char path[2 * MAX_PATH + 32], before[sizeof path];
    name_picture(self, self->frames + 1, path, sizeof path);
    name_picture(self, self->frames, before, sizeof before);
    if (is_repeated && link(before, path) == 0) {
        return RILL_OK;
    }
    return screen_save(picture, path, error);
}

rill_status film_add(film *self, const raster *picture, double seconds, rill_error *error)
{
    rill_status status = RILL_OK;
    self->due += seconds * FILM_RATE;
    // time comes as sums of sixtieths, which are a little less or more than whole
    for (bool is_repeated = false; status == RILL_OK && self->due > 1.0 - 1e-6;
         is_repeated = true) {
        status = self->encoder != NULL ? film_encoder_write(self->encoder, picture, error)
                                       : save_picture(self, picture, is_repeated, error);
        self->frames += status == RILL_OK;
        self->due -= 1.0;
    }
    return status;
}

/// Says where the pictures are, and how they become a film elsewhere.
static void describe_pictures(const film *self, char *message, size_t size)
{
    snprintf(message, size,
             "saved %" PRId64 " picture%s to %s/; ffmpeg, which is not installed, joins them: "
             "ffmpeg -framerate %d -i %s/%s-%%04d.png%s %s",
             self->frames, self->frames == 1 ? "" : "s", self->directory, FILM_RATE,
             self->directory, self->name, film_encoder_text(ending_of(self->path)), self->path);
}

rill_status film_close(film *self, char *message, size_t size, rill_error *error)
{
    rill_status status = RILL_OK;
    if (self->encoder == NULL) {
        describe_pictures(self, message, size);
    } else {
        snprintf(message, size, "saved %s, %.1f s", self->path,
                 (double)self->frames / (double)FILM_RATE);
        status = film_encoder_close(self->encoder, error);
        self->encoder = NULL;
    }
    film_abandon(self);
    return status;
}

void film_abandon(film *self)
{
    if (self != NULL && self->encoder != NULL) {
        film_encoder_close(self->encoder, &(rill_error){0});
    }
    free(self);
}
