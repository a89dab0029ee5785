// The parts of `continuo inspect`: what a MIDI file holds, what a model is, what a representation makes of a
// piece, what a sound file sounds like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/audio/listen.h"
#include "continuo/midi/midi.h"

namespace continuo::app {

struct EncodingView {
  std::string representation;         ///< empty: no encoding is printed
  std::vector<std::string> settings;  ///< "name=value"
  std::filesystem::path model;        ///< whose representation is used, with its vocabulary
  std::size_t limit = 40;             ///< lines; 0: all
};

void print_midi(const std::filesystem::path& path, const midi::ReadResult& read);
void print_encoding(const Score& score, const EncodingView& view);
void print_model(const std::filesystem::path& path, bool whole_recipe);
void print_sound(const std::filesystem::path& path);

/// Text out of a file as one line of UTF-8 that cannot do anything to a terminal, at most `length` characters.
std::string printable(std::string_view text, std::size_t length = 60);

}  // namespace continuo::app
