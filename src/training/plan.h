// What a run learns from and is measured on, made from a dataset and a recipe: the same for networks that are trained
// and for those that are counted.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "continuo/corpus/dataset.h"
#include "continuo/evaluation/baselines.h"
#include "continuo/music/instrument_range.h"
#include "continuo/representation/representation.h"
#include "continuo/training/examples.h"
#include "continuo/training/recipe.h"
#include "continuo/training/trainer.h"
#include "continuo/weights/model_file.h"

namespace continuo::training {

struct Plan {
  weights::NetworkSpec network;                                 ///< the recipe's, with the sizes that the data gives it
  std::shared_ptr<const representation::Representation> music;  ///< null for sound
  Expand expand;                                                ///< of `frames`: what its networks read
  std::vector<ExamplePiece> train;
  std::vector<ExamplePiece> held_out;      ///< whole pieces, or a fixed choice of excerpts
  std::vector<ExamplePiece> train_sample;  ///< of the training part, about as much as is held out
  std::size_t train_pieces = 0, held_out_pieces = 0;
  corpus::Part held_out_part = corpus::Part::kTest;
  evaluation::Baselines baselines;
  std::optional<InstrumentRanges> ranges;  ///< what the training part shows; none where there are no instruments
};

/// Throws Error: nothing to learn from, nothing held out, labels asked for that are not there, frames and symbols mixed
/// up.
Plan make_plan(const corpus::Dataset& dataset, const Recipe& recipe);

std::uint64_t targets(std::span<const ExamplePiece> pieces);

/// How examples are drawn.
ExampleOptions example_options(const Recipe& recipe, const weights::NetworkSpec& network);
/// The same, of the rows that are this process's.
ExampleOptions own_examples(const Recipe& recipe, const weights::NetworkSpec& network, const Ranks& ranks);
/// Throws Error where the processes cannot share this training: too few rows, nothing to share, other pieces.
void check_shares(Ranks& ranks, const Plan& plan, const Recipe& recipe, const corpus::Dataset& dataset);
/// How examples are drawn, in words: a checkpoint goes on only where it is the same.
std::string describe(const ExampleOptions& options);
/// The same of a checkpoint in which the order of examples may still be a number.
std::string order_named(const std::string& described);
/// Augmentation by the plan's representation; none for sound.
Augment augment_of(const Plan& plan);

/// The part of a result that is known before the first step.
TrainResult result_of(const Plan& plan);

/// A model file's: network, representation, recipe and what came of it; ranges of instruments, and what else it has
/// of the model from which it started (inherited_metadata).
weights::ModelContents model_contents(const Plan& plan, const Recipe& recipe, const corpus::Dataset& dataset,
                                      const TrainResult& result, const CurvePoint& point,
                                      const weights::Metadata& inherited,
                                      std::map<std::string, std::vector<float>> tensors);

}  // namespace continuo::training
