// Sums and broadcasts by c10d, and its store, by which the processes find each other.
#include "training/link.h"

#include "continuo/base/error.h"

#if defined(USE_C10D_GLOO) && __has_include(<gloo/rendezvous/store.h>)
#define CONTINUO_HAS_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#if defined(USE_C10D_NCCL) && __has_include(<nccl.h>)
#define CONTINUO_HAS_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#endif

#include <cstdlib>

namespace continuo::training {

#ifndef CONTINUO_HAS_GLOO

std::unique_ptr<Link> connect(const RankInfo&, double) {
  throw Error(ErrorInfo{.message = "this program was built for training in one process",
                        .hint = "Build it with a libtorch that has Gloo, and Gloo's headers (Debian: libgloo-dev), or "
                                "unset RANK and WORLD_SIZE.",
                        .code = ErrorCode::kUnsupported});
}

#else

namespace {

using Milliseconds = std::chrono::milliseconds;

/// The first line of what libtorch or Gloo has to say.
std::string reason_of(const std::exception& error) {
  const auto* own = dynamic_cast<const c10::Error*>(&error);
  const std::string text = own != nullptr ? own->what_without_backtrace() : error.what();
  return text.substr(0, text.find('\n'));
}

class GlooLink : public Link {
 public:
  GlooLink(const RankInfo& own, double seconds)
      : info_(own), seconds_(seconds), limit_(static_cast<std::int64_t>(seconds * 1000)) {
    c10d::TCPStoreOptions options;
    options.port = static_cast<std::uint16_t>(own.port);
    options.isServer = own.rank == 0;
    options.numWorkers = static_cast<std::size_t>(own.size);
    options.timeout = limit_;
    try {
      store_ = c10::make_intrusive<c10d::TCPStore>(own.address, options);
      auto gloo = c10d::ProcessGroupGloo::Options::create(limit_);
      gloo->devices.push_back(device());
      group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, own.rank, own.size, gloo);
    } catch (const std::exception& error) {
      throw Error(ErrorInfo{
          .message = "process " + std::to_string(own.rank) + " of " + std::to_string(own.size) +
                     " has not met the others at " + own.address + ":" + std::to_string(own.port) + " within " +
                     std::to_string(static_cast<int>(seconds)) + " seconds: " + reason_of(error),
          .hint = "All of them must be started, with the same MASTER_ADDR and a MASTER_PORT that is free there.",
          .code = ErrorCode::kSystem});
    }
  }

  std::function<void()> start_sum(torch::Tensor tensor) override {
#ifndef CONTINUO_HAS_NCCL
    if (!tensor.is_cpu()) {
      const torch::Tensor copy = tensor.cpu();
      return [tensor, copy, wait = start_sum(copy)]() mutable {
        wait();
        tensor.copy_(copy);
      };
    }
#endif
    return started([&]() -> c10::intrusive_ptr<c10d::Work> {
      std::vector<torch::Tensor> tensors = {tensor};
#ifdef CONTINUO_HAS_NCCL
      if (tensor.is_cuda()) return nccl().allreduce(tensors);
#endif
      return group_->allreduce(tensors);
    });
  }

  void broadcast(torch::Tensor tensor) override {
    started([&]() -> c10::intrusive_ptr<c10d::Work> {
      std::vector<torch::Tensor> tensors = {tensor};
#ifdef CONTINUO_HAS_NCCL
      if (tensor.is_cuda()) return nccl().broadcast(tensors);
#endif
      return group_->broadcast(tensors);
    })();
  }

  void tell(const std::string& name, const std::string& text) override {
    guarded([&] { store_->set(name, std::vector<std::uint8_t>(text.begin(), text.end())); });
  }

  std::string hear(const std::string& name) override {
    constexpr Milliseconds kEver = std::chrono::hours(24 * 365);
    std::vector<std::uint8_t> text;
    guarded([&] {
      store_->wait({name}, kEver);
      text = store_->get(name);
    });
    return {text.begin(), text.end()};
  }

 private:
  /// The network between the processes: what GLOO_SOCKET_IFNAME names, as in other programs with Gloo, the loopback
  /// where the first process is there, or that of this machine's name.
  std::shared_ptr<gloo::transport::Device> device() const {
    const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
    if (interface != nullptr && *interface != '\0') return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
    if (info_.address == "localhost" || info_.address == "127.0.0.1")
      return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
    return c10d::ProcessGroupGloo::createDefaultDevice();
  }

  template <class F>
  void guarded(const F& body) const {
    try {
      body();
    } catch (const std::exception& error) {
      throw Error(ErrorInfo{.message = "process " + std::to_string(info_.rank) + " of " + std::to_string(info_.size) +
                                       " has lost another one, or waited for it for more than " +
                                       std::to_string(static_cast<int>(seconds_)) + " seconds: " + reason_of(error),
                            .hint = "See what the others say. The last checkpoint stays: start them all again.",
                            .code = ErrorCode::kSystem,
                            .remedy = Remedy::kResume});
    }
  }

  template <class F>
  std::function<void()> started(const F& start) const {
    c10::intrusive_ptr<c10d::Work> work;
    guarded([&] { work = start(); });
    return [this, work] { guarded([&] { work->wait(); }); };
  }

#ifdef CONTINUO_HAS_NCCL
  c10d::ProcessGroupNCCL& nccl() {
    if (!nccl_) nccl_ = c10::make_intrusive<c10d::ProcessGroupNCCL>(store_, info_.rank, info_.size);
    return *nccl_;
  }
  c10::intrusive_ptr<c10d::ProcessGroupNCCL> nccl_;
#endif

  RankInfo info_;
  double seconds_;
  Milliseconds limit_;
  c10::intrusive_ptr<c10d::TCPStore> store_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
};

}  // namespace

std::unique_ptr<Link> connect(const RankInfo& own, double seconds) { return std::make_unique<GlooLink>(own, seconds); }

#endif

}  // namespace continuo::training
