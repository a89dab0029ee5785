// Several processes that train one network together (data parallelism): each computes its own rows of every batch, and
// the gradients are summed. "Rank" is what launchers call a process's number.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace continuo::training {

/// One process among those that were started together.
struct RankInfo {
  int rank = 0;  ///< 0 to size - 1
  int size = 1;
  std::string address = "127.0.0.1";  ///< of the first process's machine
  int port = 29500;                   ///< on which the first process waits for the others
  int local_rank = -1;                ///< among those of this machine; -1: the launcher does not say
};

/// The value of an environment variable.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The rank that a launcher has put into the environment: torchrun, or RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT
/// set by hand; Open MPI's and MPICH's mpirun; Slurm's srun. One process alone where there is none of it. Throws Error
/// when the variables do not go together.
RankInfo rank_in(const Environment& environment);
RankInfo rank_in_environment();

/// The processes of one training. All of them call the same functions in the same order. A process that is lost makes
/// these calls throw Error in the others: at once where its connection breaks, after the time limit where it only falls
/// silent. With one process alone every call returns at once.
class Ranks {
 public:
  static constexpr double kSeconds = 300;  ///< time limit by default

  Ranks();  ///< one process alone
  /// Waits until all have come, for `seconds` at most, which is also how long a process may keep the others waiting in
  /// the training. Throws Error.
  explicit Ranks(const RankInfo& own, double seconds = kSeconds);
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const noexcept { return info_.rank; }
  int size() const noexcept { return info_.size; }
  bool alone() const noexcept { return info_.size == 1; }
  bool first() const noexcept { return info_.rank == 0; }
  /// Number among the processes of this machine.
  int local_rank() const noexcept { return info_.local_rank; }
  /// Threads for each process that share the same cores with this one, at least 1; 0, which is all of them, where it
  /// has them alone.
  int threads() const noexcept { return threads_; }

  /// Calls `work` in the first process, and when that has returned in the others at the same time: for what the first
  /// may leave for the others to find, however long it takes.
  void first_ahead(const std::function<void()>& work);
  /// What the first process gives, everywhere.
  std::vector<std::uint8_t> from_first(std::vector<std::uint8_t> bytes);
  std::string from_first(const std::string& text);
  /// Replaces the values by their sums over all processes, which are the same everywhere to the last bit.
  void sum(std::span<double> values);

  /// What tensors travel by (training/link.h); null where a process is alone.
  class Link* link() const noexcept {
    return link_.get();
  }

 private:
  RankInfo info_;
  int threads_ = 0;
  std::uint64_t goings_ahead_ = 0;
  std::unique_ptr<class Link> link_;
};

}  // namespace continuo::training
