// HTTP: who may ask, what a reply carries, and streams that end when nobody reads them. Only this file knows httplib.
#include "continuo/studio/server.h"

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <thread>

#include "continuo/base/error.h"
#include "studio/connection_pool.h"
#include "studio/page_files.h"

namespace continuo::studio {
namespace {

constexpr std::size_t kMaxConnections = 400;  ///< that are served at once; further ones wait
constexpr std::size_t kMaxBody = std::size_t{9} << 20;
constexpr std::size_t kMaxPath = 512, kMaxQuery = 1024;
constexpr int kReadSeconds = 5, kWriteSeconds = 10, kIdleSeconds = 2;
constexpr const char* kCookie = "continuo=";

constexpr std::array<std::pair<const char*, const char*>, 7> kHeaders = {{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
     "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
}};

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

/// Takes as long for every text of one length.
bool same(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

/// "audio/midi" of "audio/midi; charset=x", in lower case.
std::string media_type(std::string text) {
  text = text.substr(0, text.find(';'));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

const char* type_of(std::string_view name) {
  if (name.ends_with(".js")) return "application/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

/// With room for many connections that come at once: what httplib was built with are five.
class Listener final : public httplib::Server {
 public:
  void make_room() {
    constexpr int kWaiting = 512;
    ::listen(svr_sock_, kWaiting);
  }
};

class HttpSink final : public Sink {
 public:
  explicit HttpSink(httplib::DataSink& sink) : sink_(sink) {}
  bool write(std::string_view bytes) override {
    open_ = open_ && (bytes.empty() || sink_.write(bytes.data(), bytes.size()));
    return open_;
  }
  bool alive() override {
    open_ = open_ && sink_.is_writable();
    return open_;
  }

 private:
  httplib::DataSink& sink_;
  bool open_ = true;
};

void send(Reply&& reply, httplib::Response& response) {
  response.status = reply.status;
  // With its charset the type is none that httplib compresses: compressing takes longer than sending to this machine.
  const std::string type = reply.type == "application/json" ? "application/json; charset=utf-8" : reply.type;
  if (!reply.file_name.empty())
    response.set_header("Content-Disposition", "attachment; filename=\"" + reply.file_name + "\"");
  if (!reply.stream) {
    response.set_content(reply.body, type);
    return;
  }
  response.set_chunked_content_provider(type, [stream = std::move(reply.stream)](std::size_t, httplib::DataSink& sink) {
    HttpSink out(sink);
    try {
      stream(out);
    } catch (const std::exception&) {  // the status is sent already: the connection ends
      return false;
    }
    if (!out.alive()) return false;
    sink.done();
    return true;
  });
}

void refuse(httplib::Response& response, int status, const std::string& message, const std::string& hint) {
  response.status = status;
  response.set_header("Connection", "close");
  response.set_content(
      R"({"error":{"code":"access_denied","message":")" + message + R"(","hint":")" + hint + R"(","about":""}})",
      "application/json; charset=utf-8");
}

}  // namespace

struct Server::State {
  State(Studio& its_studio, ServerOptions its_options) : studio(its_studio), options(std::move(its_options)) {}

  using Handled = httplib::Server::HandlerResponse;

  /// "127.0.0.1:4080" and its like: names that only this machine gives itself. A page of another name, whose name was
  /// made to lead here, is refused.
  bool names_this_machine(std::string host) const {
    const std::string ending = ":" + std::to_string(port);
    if (host.ends_with(ending)) host.resize(host.size() - ending.size());
    if (host == "127.0.0.1" || host == "localhost" || host == "[::1]" || host == options.host) return true;
    if (options.token.empty()) return false;
    std::array<char, 256> own{};
    gethostname(own.data(), own.size() - 1);
    return host == own.data() || host.find_first_not_of("0123456789.") == std::string::npos || host.starts_with("[");
  }

  bool has_token(const httplib::Request& request) const {
    if (options.token.empty() || same(request.get_header_value("Authorization"), "Bearer " + options.token))
      return true;
    const std::string cookies = request.get_header_value("Cookie");
    const std::size_t at = cookies.find(kCookie);
    return at != std::string::npos &&
           same(cookies.substr(at + std::strlen(kCookie), options.token.size()), options.token);
  }

  /// Whether the request may be answered; if not, `response` says why.
  bool may_ask(const httplib::Request& request, httplib::Response& response) const {
    if (request.get_header_value_count("Host") != 1 || !names_this_machine(request.get_header_value("Host"))) {
      refuse(response, 421, "this name does not lead to the studio", "Open the address that the program printed.");
      return false;
    }
    const std::string origin = request.get_header_value("Origin"), site = request.get_header_value("Sec-Fetch-Site");
    const bool own_origin = origin.empty() || origin == "http://" + request.get_header_value("Host");
    const bool opens_page =
        request.method == "GET" && request.path == "/" && request.get_header_value("Sec-Fetch-Mode") == "navigate";
    if (!own_origin || (!site.empty() && site != "same-origin" && site != "none" && !opens_page)) {
      refuse(response, 403, "another page asked", "Only the studio's own page may.");
      return false;
    }
    if (request.path == "/" && request.has_param("token") && same(request.get_param_value("token"), options.token)) {
      response.set_header("Set-Cookie", kCookie + options.token + "; HttpOnly; SameSite=Strict; Path=/");
      response.set_redirect("/", 303);
      return false;
    }
    if (!has_token(request)) {
      refuse(response, 401, "the token is missing", "Open the address that the program printed, with its token.");
      return false;
    }
    return true;
  }

  Handled before(const httplib::Request& request, httplib::Response& response) const {
    for (const auto& [name, value] : kHeaders) response.set_header(name, value);
    if (request.path.size() > kMaxPath || request.target.size() > kMaxPath + kMaxQuery) {
      refuse(response, 414, "the address is too long", "");
      return Handled::Handled;
    }
    if (!may_ask(request, response)) return Handled::Handled;
    if (request.is_multipart_form_data()) {
      refuse(response, 415, "forms are not read", "Send the file itself.");
      return Handled::Handled;
    }
    return Handled::Unhandled;
  }

  void answer(const httplib::Request& request, httplib::Response& response) const {
    if (request.method == "GET" || request.method == "HEAD") {
      const std::string name = request.path == "/" ? "index.html" : request.path.substr(1);
      for (const PageFile& file : page_files()) {
        if (file.name != name) continue;
        response.status = 200;
        response.set_content_provider(
            file.bytes.size(), type_of(name),
            [bytes = file.bytes](std::size_t from, std::size_t length, httplib::DataSink& sink) {
              return sink.write(bytes.data() + from, length);
            });
        return;
      }
    }
    const std::size_t mark = request.target.find('?');
    Request asked{.method = request.method == "HEAD" ? "GET" : request.method,
                  .path = request.path,
                  .query = mark == std::string::npos ? "" : request.target.substr(mark + 1),
                  .type = media_type(request.get_header_value("Content-Type")),
                  .body = request.body};
    send(studio.answer(asked), response);
  }

  void prepare() {
    server.new_task_queue = [] { return new ConnectionPool(kMaxConnections); };
    server.set_tcp_nodelay(true);
    server.set_socket_options([](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server.set_payload_max_length(kMaxBody);
    server.set_read_timeout(kReadSeconds);
    server.set_write_timeout(kWriteSeconds);
    server.set_keep_alive_timeout(kIdleSeconds);
    server.set_keep_alive_max_count(1000);
    server.set_pre_routing_handler([this](const auto& request, auto& response) { return before(request, response); });
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response);
    };
    constexpr const char* kAny = "/.*";
    server.Get(kAny, handler).Post(kAny, handler).Put(kAny, handler).Delete(kAny, handler);
  }

  Studio& studio;
  ServerOptions options;
  Listener server;
  int port = 0;
};

Server::Server(Studio& studio, ServerOptions options) : state_(std::make_unique<State>(studio, std::move(options))) {
  State& s = *state_;
  if (!is_loopback(s.options.host) && s.options.token.empty())
    throw Error({.message = "other machines could use the studio at " + s.options.host + " without a token",
                 .hint = "Give a token, or use 127.0.0.1.",
                 .code = ErrorCode::kInvalidArgument});
  s.prepare();
  s.port = s.options.port;
  const bool bound = s.port == 0 ? (s.port = s.server.bind_to_any_port(s.options.host)) > 0
                                 : s.server.bind_to_port(s.options.host, s.port);
  if (!bound)
    throw Error({.message = "cannot listen at " + s.options.host +
                            (s.options.port > 0 ? ", port " + std::to_string(s.options.port) : ""),
                 .hint = "Another program may use the port: choose another one, or none.",
                 .code = ErrorCode::kBusy});
  s.server.make_room();
}

Server::~Server() = default;

int Server::port() const noexcept { return state_->port; }

std::string Server::address() const {
  const std::string& host = state_->options.host;
  const std::string shown = host == "0.0.0.0"                     ? "127.0.0.1"
                            : host.find(':') != std::string::npos ? "[" + host + "]"
                                                                  : host;
  return "http://" + shown + ":" + std::to_string(state_->port) + "/" +
         (state_->options.token.empty() ? "" : "?token=" + state_->options.token);
}

void Server::run(std::stop_token stop) {
  const std::jthread watch([&](const std::stop_token& finished) {
    while (!finished.stop_requested()) {
      if (stop.stop_requested()) {
        state_->studio.stop();
        state_->server.stop();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  state_->server.listen_after_bind();
}

std::string new_token() {
  constexpr const char* kDigits = "0123456789abcdef";
  std::random_device source;  // the system's, not a seeded one
  std::string token;
  for (int i = 0; i < 32; ++i) token += kDigits[source() & 15U];
  return token;
}

}  // namespace continuo::studio
