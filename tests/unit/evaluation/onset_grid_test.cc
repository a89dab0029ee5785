// The grid against numbers worked out by hand, and against enumeration of everything that a small model can write.
#include "continuo/evaluation/onset_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "continuo/base/error.h"

namespace continuo::evaluation {
namespace {

using representation::Representation;
using representation::Symbol;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Names = std::vector<std::string>;

std::vector<Symbol> symbols_of(const Representation& representation, const Names& names) {
  std::vector<Symbol> symbols;
  for (const std::string& name : names) {
    const auto found = representation.vocabulary().find(name);
    if (!found) throw Error(ErrorCode::kNotFound, "no symbol " + name);
    symbols.push_back(*found);
  }
  return symbols;
}

OnsetGridScorer uniform(const OnsetGrid& grid, const Representation& representation, const Names& names,
                        Quarters quarters = {}) {
  const std::vector<float> logits(representation.vocabulary().size(), 1.5F);
  const auto symbols = symbols_of(representation, names);
  OnsetGridScorer scorer(grid, std::move(quarters));
  scorer.begin(symbols[0]);
  for (std::size_t i = 1; i < symbols.size(); ++i) scorer.read(logits, symbols[i]);
  return scorer;
}

TEST(OnsetGrid, SlotsAreThreeTwelfthsEach) {
  for (int twelfth = 0; twelfth < 48; ++twelfth) EXPECT_EQ(grid_slot(twelfth / 12.0), twelfth / 3) << twelfth;
  EXPECT_EQ(grid_slot(0.25 - 1.0 / 16), 1);  // a sixteenth of a quarter early
  EXPECT_EQ(grid_slot(0.25 - 1.0 / 15), 0);
}

TEST(OnsetGrid, UniformRemi) {
  const auto remi = representation::make({});
  const OnsetGrid grid(*remi);
  EXPECT_FALSE(grid.in_seconds());
  const auto scorer = uniform(
      grid, *remi, {"Start",    "Bar_None",        "TimeSig_4/4",     "Position_0",   "Tempo_120.00",    "Program_0",
                    "Pitch_60", "Velocity_63",     "Duration_1.0.12", "Pitch_64",     "Duration_1.0.12", "Position_1",
                    "Pitch_60", "Duration_1.0.12", "Position_3",      "Pitch_60",     "Duration_1.0.12", "Bar_None",
                    "Bar_None", "Position_143",    "Program_-1",      "PitchDrum_36", "Duration_1.0.12", "End"});
  // Of 588 symbols 163 say nothing of the grid: Start, 69 signatures, 32 tempos, 32 velocities, 29 durations. A slot
  // has 3 positions. Something more in a slot: 129 programs, 88 pitches, 62 drums, 3 positions.
  const double said = 588 - 163, more = 129 + 88 + 62 + 3;
  const double expected = 4 * std::log2(said) + 3 * std::log2(said / 3) + 8 * std::log2(said / more) + std::log2(88) +
                          std::log2(87) + std::log2(88);
  EXPECT_NEAR(scorer.bits(), expected, 1e-9);
  EXPECT_EQ(scorer.notes(), 3U);
  EXPECT_EQ(scorer.idle_bits(), 0);
}

TEST(OnsetGrid, UniformEvents) {
  const auto events = representation::make({.name = "events"});
  const OnsetGrid grid(*events);
  EXPECT_TRUE(grid.in_seconds());
  const auto scorer =
      uniform(grid, *events,
              {"Start", "Velocity_63", "NoteOn_60", "NoteOn_64", "TimeShift_10ms", "NoteOn_67", "TimeShift_120ms",
               "NoteOff_60", "TimeShift_250ms", "NoteOn_60", "TimeShift_1000ms", "NoteOff_60", "End"});
  // Of 390 symbols Start and 128 NoteOffs say nothing. A slot is 0.125 s from 0.03125 s before its sixteenth: from 0 s
  // nine shifts stay in it, from 0.01 s eight, from 0.38 s eight.
  const double said = 390 - 129;
  const double idle = std::log2(said / 12) + std::log2(said / 4);  // 0.1 to 0.21 s; 1.35 to 1.38 s
  const double expected = idle + 4 * std::log2(said / (128 + 32 + 9)) + 2 * std::log2(said / (128 + 32 + 8)) +
                          std::log2(128) + std::log2(127) + std::log2(126) + std::log2(128) + std::log2(said / 12) +
                          std::log2(said);
  EXPECT_NEAR(scorer.bits(), expected, 1e-9);
  EXPECT_NEAR(scorer.idle_bits(), idle, 1e-9);
  EXPECT_EQ(scorer.notes(), 4U);
}

TEST(OnsetGrid, SecondsAreToldTheTempo) {
  const auto events = representation::make({.name = "events"});
  const OnsetGrid grid(*events);
  const Names names = {"Start", "Velocity_63", "NoteOn_60", "TimeShift_240ms", "NoteOn_62"};
  // At 60 quarters a minute a slot lasts 0.25 s: 18 shifts stay in the first, 25 go to the second.
  const double said = 390 - 129;
  const auto scorer = uniform(grid, *events, names, [](Seconds seconds) { return seconds; });
  const double expected = 2 * std::log2(said / (128 + 32 + 18)) + std::log2(128) + std::log2(said / 25) +
                          std::log2(said / (128 + 32 + 19)) + std::log2(128);
  EXPECT_NEAR(scorer.bits(), expected, 1e-9);
}

TEST(OnsetGrid, WhatKeepsNoOctavesIsRefused) {
  const auto notes = representation::make({.name = "notes", .vocabulary = {"C4", "0.4.7"}});
  EXPECT_FALSE(OnsetGrid::has(notes->spec()));
  EXPECT_THAT([&] { OnsetGrid{*notes}; }, ThrowsMessage<Error>(HasSubstr("does not keep")));
  const auto remi = representation::make({});
  const OnsetGrid grid(*remi);
  OnsetGridScorer scorer(grid);
  const std::vector<float> few(3);
  EXPECT_THROW(scorer.read(few, 1), Error);
}

/// What comes next after a sequence of names, with probabilities that sum to 1; nothing after End.
using Model = std::function<std::map<std::string, double>(const Names&)>;

struct Written {
  std::set<std::pair<std::int64_t, int>> grid;  ///< by decoding
  double probability, bits;
};

void enumerate(const Representation& representation, const OnsetGrid& grid, const Model& model, const Names& past,
               double probability, const OnsetGridScorer& scorer, std::vector<Written>& written) {
  const auto next = model(past);
  if (next.empty()) {
    const Score score = representation.decode(symbols_of(representation, past)).score;
    Written& one = written.emplace_back(Written{{}, probability, scorer.bits()});
    for (const Track& track : score.tracks)
      for (const Note& note : track.notes)
        one.grid.emplace(grid_slot(static_cast<double>(note.onset) / score.ppq), note.pitch);
    EXPECT_EQ(scorer.notes(), one.grid.size());
    return;
  }
  std::vector<float> logits(representation.vocabulary().size(), -1e4F);
  for (const auto& [name, p] : next) logits[symbols_of(representation, {name})[0]] = static_cast<float>(std::log(p));
  for (const auto& [name, p] : next) {
    OnsetGridScorer after = scorer;
    after.read(logits, symbols_of(representation, {name})[0]);
    Names longer = past;
    longer.push_back(name);
    enumerate(representation, grid, model, longer, probability * p, after, written);
  }
}

/// Where what is said of the grid does not depend on the rest, the bits are those of the probability that the grid has,
/// summed over all that can be written of it.
void expect_the_grids_probability(const Representation& representation, const Model& model, std::size_t at_least) {
  const OnsetGrid grid(representation);
  OnsetGridScorer scorer(grid);
  scorer.begin(representation::kStart);
  std::vector<Written> written;
  enumerate(representation, grid, model, {"Start"}, 1, scorer, written);
  std::map<std::set<std::pair<std::int64_t, int>>, double> probabilities;
  double total = 0;
  for (const Written& one : written) {
    probabilities[one.grid] += one.probability;
    total += one.probability;
  }
  EXPECT_NEAR(total, 1, 1e-9);
  EXPECT_GE(probabilities.size(), at_least);
  EXPECT_GT(written.size(), 10 * probabilities.size());
  for (const Written& one : written) EXPECT_NEAR(std::exp2(-one.bits), probabilities[one.grid], 1e-6);
}

bool begins(const std::string& name, const char* prefix) { return name.rfind(prefix, 0) == 0; }

TEST(OnsetGrid, AgreesWithEnumerationOfRemi) {
  const auto remi = representation::make(
      {.name = "remi",
       .settings = {{"positions", "8"}, {"velocities", "2"}, {"tempo_steps", "1"}, {"velocity", "every-note"}}});
  Names velocities, tempos;
  for (const std::string& name : remi->vocabulary().names()) {
    if (begins(name, "Velocity")) velocities.push_back(name);
    if (begins(name, "Tempo")) tempos.push_back(name);
  }
  ASSERT_EQ(velocities.size(), 2U);
  // One bar with two sixteenths of two positions each, and at most the keys 60 and 61 in each, rising.
  const Model model = [&](const Names& past) -> std::map<std::string, double> {
    const std::string& last = past.back();
    int position = -1, pitch = 0;  // pitch: the highest of this sixteenth
    for (const std::string& name : past) {
      if (begins(name, "Position")) {
        const int now = std::stoi(name.substr(9));
        if (position < 0 || now / 2 != position / 2) pitch = 0;
        position = now;
      }
      if (begins(name, "Pitch")) pitch = std::stoi(name.substr(6));
    }
    if (last == "End") return {};
    if (last == "Start") return {{"Bar_None", 1}};
    if (last == "Bar_None") return {{"TimeSig_2/4", 0.75}, {"TimeSig_4/4", 0.25}};
    if (begins(last, "TimeSig"))
      return {{"Position_0", 0.2}, {"Position_1", 0.4}, {"Position_2", 0.1}, {"Position_3", 0.3}};
    if (begins(last, "Pitch")) return {{velocities[0], 0.9}, {velocities[1], 0.1}};
    if (begins(last, "Velocity")) return {{"Duration_1.0.8", 0.5}, {"Duration_2.0.8", 0.5}};
    const auto new_note = [&](double share, std::map<std::string, double> next) {
      for (const auto& [name, p] :
           std::map<std::string, double>{{"Pitch_60", pitch == 0 ? 0.7 : 0}, {"Pitch_61", pitch == 0 ? 0.3 : 1}})
        if (p > 0) next[name] = share * p;
      return next;
    };
    if (begins(last, "Position") && position == 0) return new_note(0.6, {{tempos[0], 0.4}});
    if (begins(last, "Position") || begins(last, "Tempo")) return new_note(0.5, {{"Program_0", 0.5}});
    if (begins(last, "Program")) return new_note(1, {});
    std::map<std::string, double> next = {{"End", 0.25}};  // after a note
    double leave = 0.75;
    if (pitch == 60) {
      leave = 0.35;
      next = new_note(position % 2 == 0 ? 0.1 : 0.4, next);
      if (position % 2 == 0) next["Position_" + std::to_string(position + 1)] = 0.3;
    }
    if (position < 2) {
      next["Position_2"] = leave * 0.8;
      next["Position_3"] = leave * 0.2;
    } else {
      next["End"] += leave;
    }
    return next;
  };
  expect_the_grids_probability(*remi, model, 15);
}

TEST(OnsetGrid, AgreesWithEnumerationOfEvents) {
  const auto events = representation::make({.name = "events", .settings = {{"step_ms", "25"}, {"velocities", "2"}}});
  Names velocities;
  for (const std::string& name : events->vocabulary().names())
    if (begins(name, "Velocity")) velocities.push_back(name);
  // Sixteenths of 125 ms, begun at once or 25 ms late; what sounds is ended where something else begins. At most the
  // keys 60 and 61 in each, rising, in at most three sixteenths.
  const Model model = [&](const Names& past) -> std::map<std::string, double> {
    const std::string& last = past.back();
    if (last == "End") return {};
    int ms = 0, pitch = 0;
    bool velocity = false;
    std::set<int> sounding;
    for (const std::string& name : past) {
      if (begins(name, "TimeShift")) {
        const int before = (ms + 31) / 125;
        ms += std::stoi(name.substr(10));
        if ((ms + 31) / 125 != before) pitch = 0;
      }
      if (begins(name, "NoteOn")) sounding.insert(pitch = std::stoi(name.substr(7)));
      if (begins(name, "NoteOff")) sounding.erase(std::stoi(name.substr(8)));
      velocity = begins(name, "Velocity");
    }
    const int sixteenth = (ms + 31) / 125;
    std::map<std::string, double> next;
    const auto note = [&](double share) {
      if (pitch == 0) {
        next["NoteOn_60"] = 0.6 * share;
        next["NoteOn_61"] = 0.4 * share;
      } else {
        next["NoteOn_61"] = share;
      }
    };
    if (velocity) {
      note(1);
      return next;
    }
    if (pitch == 0 && !sounding.empty()) return {{"NoteOff_" + std::to_string(*sounding.begin()), 1}};
    if (pitch == 0) {  // a moment at which a note must begin
      if (last == "Start") {
        for (const std::string& name : velocities) next[name] = 0.5;
      } else {
        for (const std::string& name : velocities) next[name] = 0.1;
        note(0.8);
      }
      return next;
    }
    double leave = 0.7;
    if (pitch == 60) {
      leave = 0.4;
      if (begins(last, "TimeShift")) {
        note(1);
        return next;
      }
      const bool early = ms % 125 == 0;
      note(early ? 0.1 : 0.3);
      if (early) next["TimeShift_25ms"] = 0.2;
    }
    next["End"] = 0.3;
    if (sixteenth < 2) {
      const int there = 125 * (sixteenth + 1) - ms;
      next["TimeShift_" + std::to_string(there) + "ms"] = leave * 0.75;
      next["TimeShift_" + std::to_string(there + 25) + "ms"] = leave * 0.25;
    } else {
      next["End"] += leave;
    }
    return next;
  };
  expect_the_grids_probability(*events, model, 39);
}

}  // namespace
}  // namespace continuo::evaluation
