// A piece in words and pictures: what the headings of piano rolls and the pages of pieces say of it.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "continuo/music/score.h"
#include "continuo/plot/plot.h"

namespace continuo::workbench {

/// How a page names a file or folder: as it was given, but without the folders of an absolute path, which are nobody
/// else's business. A model named "best" or "last" keeps the folder that tells it from others.
std::string name_in_page(const std::filesystem::path& path);

/// "E minor", or empty where there is no clear key.
std::string key_in_words(const Score& score);

/// The passages that return, as brackets.
std::vector<plot::NamedSpan> repeated_spans(const Score& score);

/// A piano roll with key and, if not empty, style in its heading, and its repeated passages marked.
plot::PianoRollOptions roll_of(const Score& score, const std::string& title, const std::string& style = {});

/// "E minor, 3/4, 96 bpm, 0:57" and the instruments.
std::string facts_in_short(const Score& score);

/// What a table says of a piece: length, key, tempo, metre, instruments, repeated passages.
std::vector<std::pair<std::string, std::string>> facts_of(const Score& score);

/// "Bars 1 to 8 were given and are not judged." `until` is the tick at which the new music begins.
std::string given_in_words(const Score& score, Tick until);

}  // namespace continuo::workbench
