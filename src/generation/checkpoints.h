// Checkpoints: places of a piece to which its network can go back without hearing the piece again.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "continuo/engine/engine.h"
#include "continuo/representation/representation.h"
#include "generation/frame_adapter.h"

namespace continuo::generation {

/// What the rest of a piece follows from, after its first `symbols`.
struct Checkpoint {
  std::size_t symbols = 0;
  std::shared_ptr<engine::Snapshot> network;
  std::vector<float> output;  ///< of the network's last step
  std::shared_ptr<const representation::Cursor> cursor;
  std::shared_ptr<const FrameAdapter> adapter;
};

/// The latest checkpoints of one piece, oldest first, within a limit of memory. Copies share the snapshots.
class Checkpoints {
 public:
  /// `bytes`: for the networks' states and outputs of all checkpoints; 0: none is kept.
  Checkpoints(const engine::Model& model, std::size_t bytes);

  /// Whether there is one after so many symbols.
  bool has(std::size_t symbols) const noexcept;
  /// One more, after more symbols than all others; its network and output are to be filled in by the caller. The oldest
  /// makes room for it. Null when there is room for none.
  Checkpoint* add(std::size_t symbols);
  /// Takes the latest away again: it could not be filled.
  void drop_latest() { checkpoints_.pop_back(); }
  /// The latest after at most `symbols`, or null; those after `symbols` are forgotten.
  const Checkpoint* back_to(std::size_t symbols);

 private:
  const engine::Model* model_;
  std::size_t limit_;  ///< checkpoints
  std::vector<Checkpoint> checkpoints_;
  std::vector<std::shared_ptr<engine::Snapshot>> spare_;
};

}  // namespace continuo::generation
