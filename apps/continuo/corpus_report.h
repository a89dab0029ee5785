// What continuo corpus says of a collection: text for the terminal and tables for other programs.
#pragma once

#include <filesystem>

#include "continuo/corpus/collection.h"
#include "continuo/corpus/duplicate_check.h"
#include "continuo/representation/representation.h"

namespace continuo::app {

void print_totals(const corpus::Collection& collection, double spent_seconds);
/// Counts by kind with an example each; every file with its reason when `list`.
void print_left_out(const corpus::Collection& collection, bool list);
/// Instruments and lengths of the pieces kept.
void print_contents(const corpus::Collection& collection);
/// Labels that the manifest spells otherwise, with the spellings.
void print_spellings(const corpus::Collection& collection);
/// Works in several versions: the largest, or all when `list`.
void print_duplicates(const corpus::Collection& collection, bool list);
void print_split(const corpus::Collection& collection, const corpus::Split& split, const corpus::SplitOptions& options);
void print_column_check(const corpus::Collection& collection, const std::string& column,
                        const corpus::ColumnCheck& check, bool list);
void print_planted(const std::vector<corpus::DuplicateFigures>& figures);

/// Encodes the collection into the cache folder, or finds it there, and says how much it is and how long it took.
void encode_collection(const corpus::Collection& collection, const corpus::Split& split,
                       const representation::RepresentationSpec& spec, const std::filesystem::path& cache);

/// A line per MIDI file found: kept or not and why, length, notes, work, part.
void write_report(const std::filesystem::path& path, const corpus::Collection& collection, const corpus::Split& split);
/// Histogram of the lengths of every file that could be read, in minutes.
void draw_lengths(const std::filesystem::path& path, const corpus::Collection& collection);

}  // namespace continuo::app
