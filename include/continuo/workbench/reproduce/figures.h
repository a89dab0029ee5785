// The paper's figures, drawn from what was found.
#pragma once

#include <filesystem>

#include "continuo/plot/diagrams.h"
#include "continuo/workbench/reproduce/experiment.h"

namespace continuo::workbench::reproduce {

/// Pictures in one folder; empty paths where there is nothing to show (no amplitudes).
struct Figures {
  std::filesystem::path waveform;                     ///< 1
  std::filesystem::path valid, same, causal;          ///< 3 to 5
  std::filesystem::path causal_field, dilated_field;  ///< 6 and 7
  std::filesystem::path block;                        ///< 8
  std::filesystem::path window, chunk;                ///< 9
  std::filesystem::path curve;                        ///< 10
  int causal_inputs = 0, dilated_inputs = 0;          ///< that an output depends on in figures 6 and 7
};

/// The convolutions of a WaveNet in their order, its first one over the symbols among them.
std::vector<plot::ConvolutionLayer> convolutions(const weights::WaveNetSpec& network);

Figures draw_figures(const Settings& settings, const Findings& findings);

/// The point of the curve at the end of an epoch (1, 2, 3); null where training did not come so far.
const training::CurvePoint* at_epoch(const training::TrainResult& result, int epoch);

}  // namespace continuo::workbench::reproduce
