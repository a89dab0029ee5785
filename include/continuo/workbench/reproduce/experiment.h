// The paper's experiment from its pieces to its compositions, each stage kept in the output folder.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/audio/waveform.h"
#include "continuo/base/progress.h"
#include "continuo/corpus/dataset.h"
#include "continuo/training/trainer.h"
#include "continuo/workbench/reproduce/plan.h"

namespace continuo::workbench::reproduce {

/// One composition and its files; a MIDI file and a picture only where the symbols are notes.
struct Piece {
  std::string how;  ///< "the most probable (section IV.D)", "drawn at temperature 1"
  std::filesystem::path sound, midi, picture;
  std::vector<representation::Symbol> symbols;
  std::size_t loop_period = 0;  ///< symbols of the block that it ends in; 0: it ends in none
  std::size_t loop_symbols = 0;
  std::size_t different = 0;  ///< different symbols in it
  audio::Measurement measured;
};

struct Outcome {
  Arm arm;
  weights::NetworkSpec network;  ///< with its vocabulary
  training::TrainResult result;
  std::vector<Piece> pieces;
};

/// What the networks of one kind see of a real piece, for figures 1 and 9.
struct Example {
  std::string piece;                ///< its name in the collection
  std::vector<std::string> window;  ///< the guide's: symbols by name
  std::string target;               ///< the one after them
  std::vector<int> chunk;           ///< amplitudes: classes, kChunk + 1 of them
  std::filesystem::path sound;      ///< the beginning of the piece as the network has it
  std::vector<float> samples;       ///< of that beginning, at kSampleRate
};

struct Findings {
  std::size_t files = 0, pieces = 0, works = 0, train_pieces = 0, test_pieces = 0;
  double hours = 0;        ///< of music in the pieces
  double train_hours = 0;  ///< of sound in the training part; 0 without amplitudes
  Example example;
  std::vector<Outcome> outcomes;
};

/// Trains and composes everything of plan(settings) below settings.output, one folder an arm. What an earlier call has
/// finished is not done again; training that was stopped goes on. Progress is of the whole. Throws Error; Interrupted,
/// with everything kept.
Findings carry_out(const Settings& settings, const ProgressSink& progress, const std::stop_token& stop);

}  // namespace continuo::workbench::reproduce
