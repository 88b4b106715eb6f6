/// Numbers and texts as bytes: written into a block that grows, read from one that is not trusted.
/// Numbers are 8 bytes, little-endian; texts have their length in front.
#ifndef RILL_EXPERIMENTS_BYTES_H
#define RILL_EXPERIMENTS_BYTES_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A block that grows. Begins as {0}; `data` belongs to the caller (`free`).
typedef struct bytes_writer {
    unsigned char *data; ///< (size)
    size_t size, capacity;
    bool is_incomplete; ///< there was no memory for all
} bytes_writer;

void bytes_put_number(bytes_writer *to, uint64_t number);
void bytes_put_real(bytes_writer *to, double value);
void bytes_put_reals(bytes_writer *to, const double *values, size_t n);
void bytes_put_text(bytes_writer *to, const char *text);
/// A block, with its length in front.
void bytes_put_block(bytes_writer *to, const unsigned char *block, size_t size);
/// A block, without its length.
void bytes_put_bytes(bytes_writer *to, const void *bytes, size_t size);

/// What is still to be read. The first thing wrong stays (RILL_IO: not what was expected, or cut short;
/// RILL_NO_MEMORY), and all after it reads as 0.
typedef struct bytes_reader {
    const unsigned char *next;
    size_t left;
    rill_status status;
} bytes_reader;

uint64_t bytes_get_number(bytes_reader *from);
/// A number that is at most `max`.
uint64_t bytes_get_bounded(bytes_reader *from, uint64_t max);
/// A count of things that take at least `size` bytes each: never more than what is left can hold.
size_t bytes_get_count(bytes_reader *from, size_t size);
double bytes_get_real(bytes_reader *from);
/// (n) numbers, which belong to the caller; NULL for none.
double *bytes_get_reals(bytes_reader *from, size_t n);
/// A block, (size), which belongs to the caller; NULL where it is empty.
unsigned char *bytes_get_block(bytes_reader *from, size_t *size);
/// A text shorter than `size`.
void bytes_get_text(bytes_reader *from, char *text, size_t size);
/// Notes that what was read makes no sense.
void bytes_refuse(bytes_reader *from);

/// Reads a whole file: (size) bytes, and a 0 behind them, which belong to the caller (`free`). RILL_IO,
/// RILL_NO_MEMORY.
rill_status bytes_read_file(const char *path, unsigned char **bytes, size_t *size,
                            rill_error *error);

#endif
