// Small scores written out, and symbols as words.
#pragma once

#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "continuo/music/score.h"
#include "continuo/representation/representation.h"

namespace continuo::testing {

/// A score of 480 ticks per quarter note with one track.
inline Score piano(std::vector<Note> notes, std::uint8_t program = 0, std::uint8_t channel = 0) {
  Score score;
  Track track;
  track.program = program;
  track.channel = channel;
  track.notes = std::move(notes);
  score.tracks.push_back(std::move(track));
  normalise(score);
  return score;
}

inline std::vector<std::string> texts_of(const std::vector<representation::Loss>& losses) {
  std::vector<std::string> texts;
  for (const auto& loss : losses) texts.push_back(loss.text());
  return texts;
}

inline std::unique_ptr<representation::Representation> made(const std::string& name,
                                                            std::map<std::string, std::string> settings = {},
                                                            std::vector<std::string> labels = {}) {
  return representation::make({.name = name, .settings = std::move(settings), .labels = std::move(labels)});
}

inline std::string words(const representation::Representation& representation,
                         std::span<const representation::Symbol> symbols) {
  std::string text;
  for (const auto symbol : symbols) text += (text.empty() ? "" : " ") + representation.vocabulary().name(symbol);
  return text;
}

/// The symbols of words set apart by spaces. Throws for a word that is not in the vocabulary.
inline std::vector<representation::Symbol> symbols(const representation::Representation& representation,
                                                   const std::string& text) {
  std::vector<representation::Symbol> result;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) result.push_back(representation.vocabulary().find(word).value());
  return result;
}

}  // namespace continuo::testing
