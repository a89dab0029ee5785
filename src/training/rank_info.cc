// What launchers tell a process of its rank, in their environment variables.
#include <charconv>
#include <cstdlib>

#include "continuo/base/error.h"
#include "continuo/training/ranks.h"

namespace continuo::training {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorInfo{.message = message, .hint = hint, .code = ErrorCode::kInvalidArgument});
}

class Reader {
 public:
  explicit Reader(const Environment& environment) : environment_(environment) {}

  std::optional<std::string> text(const char* name) const {
    const auto value = environment_(name);
    return value && !value->empty() ? value : std::nullopt;
  }
  std::optional<int> number(const char* name) const {
    const auto value = text(name);
    if (!value) return std::nullopt;
    int number = 0;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (error != std::errc() || end != value->data() + value->size() || number < 0)
      refuse("the environment variable " + std::string(name) + " is \"" + *value + "\", not a number",
             "Set it as a launcher would, or unset it to train in one process.");
    return number;
  }

 private:
  const Environment& environment_;
};

/// The variables by which one launcher names a process's rank.
struct Names {
  const char* rank;
  const char* size;
  const char* local_rank;
  const char* local_size;  ///< null: it has no variable for it that is one number
};
constexpr Names kByHand{"RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};  // and torchrun
constexpr Names kOpenMpi{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_RANK",
                         "OMPI_COMM_WORLD_LOCAL_SIZE"};
constexpr Names kMpich{"PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"};
/// Only srun sets the step's variables: a batch script that calls the program itself is one process, whatever the job
/// was given.
constexpr Names kSlurm{"SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", nullptr};

/// The first host of "node[07-09,12],other" is node07.
std::string first_host(const std::string& list) {
  const std::size_t end = list.find_first_of(",[");
  std::string host = list.substr(0, end);
  if (end != std::string::npos && list[end] == '[')
    host += list.substr(end + 1, list.find_first_of(",-]", end + 1) - (end + 1));
  return host;
}

void find_address(const Reader& read, const Names& names, RankInfo& own) {
  const auto address = read.text("MASTER_ADDR");
  const auto nodes = &names == &kSlurm ? read.text("SLURM_STEP_NODELIST") : std::nullopt;
  if (address) {
    own.address = *address;
  } else if (nodes) {
    own.address = first_host(*nodes);
  } else if (names.local_size != nullptr && read.number(names.local_size).value_or(own.size) != own.size) {
    refuse("this is process " + std::to_string(own.rank) + " of " + std::to_string(own.size) +
               " on several machines, but nothing says where the first one is",
           "Set MASTER_ADDR to the name of its machine: mpirun -x MASTER_ADDR=HOST ...");
  }
  if (const auto port = read.number("MASTER_PORT")) {
    own.port = *port;
  } else if (const auto job = &names == &kSlurm ? read.number("SLURM_JOB_ID") : std::nullopt) {
    own.port = 20000 + *job % 20000;  // jobs that share a machine differ
  }
  // torchrun keeps a store of its own at that port, which speaks the language of its own version of libtorch.
  if (read.text("TORCHELASTIC_USE_AGENT_STORE") == "True") ++own.port;
  if (own.port < 1 || own.port > 65535)
    refuse("MASTER_PORT is " + std::to_string(own.port), "Give a port between 1024 and 65535.");
}

}  // namespace

RankInfo rank_in(const Environment& environment) {
  const Reader read(environment);
  for (const Names* names : {&kByHand, &kOpenMpi, &kMpich, &kSlurm}) {
    const auto size = read.number(names->size);
    if (!size) continue;
    const auto rank = read.number(names->rank);
    if (!rank || *rank >= *size)
      refuse(std::string(names->size) + " is " + std::to_string(*size) + ", but " + names->rank + " is " +
                 (rank ? std::to_string(*rank) : "not set"),
             "Each of the processes has a number of its own, from 0 on.");
    RankInfo own{.rank = *rank, .size = *size, .local_rank = read.number(names->local_rank).value_or(-1)};
    if (own.size > 1) find_address(read, *names, own);
    return own;
  }
  return {};
}

RankInfo rank_in_environment() {
  return rank_in([](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  });
}

}  // namespace continuo::training
