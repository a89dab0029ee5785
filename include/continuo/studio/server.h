// Server: a Studio over HTTP, and the page that shows it.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "continuo/studio/studio.h"

namespace continuo::studio {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< an address of this machine
  int port = 0;                    ///< 0: one that is free
  /// What a browser must show; empty: nothing, which only an address that no other machine reaches may have.
  std::string token;
};

/// Answers only requests that name this machine (Host) and come from its own page (Origin), so that no other page can
/// use it. Each connection has a thread; a slow or silent one holds up no other.
class Server {
 public:
  /// Listens from here on. Throws Error: an address or port that cannot be had, no token for other machines.
  Server(Studio& studio, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const noexcept;
  /// "http://127.0.0.1:4080/", with the token where there is one.
  std::string address() const;
  /// Until `stop` is requested.
  void run(std::stop_token stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Random, 32 hexadecimal digits.
std::string new_token();

}  // namespace continuo::studio
