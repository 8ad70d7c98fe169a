// Html: writes a page in which escaping cannot be forgotten.
//
// Names of elements and attributes are literals that the compiler checks; every text and every
// value of an attribute is escaped, and there is no way around it. No script, no style attribute
// and no address can be written: links lead to a place in the page.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace ga {

// The name of an element or attribute: letters, digits and '-', and none that carries code or an
// address.
class HtmlName {
 public:
  // Nothing is thrown: what would throw does not compile.
  consteval HtmlName(const char* text) : text_(text) {
    if (text_.empty() || is_refused(text_)) throw "not a name that may be written";
    for (const char c : text_) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9') && c != '-') throw "not a name";
    }
  }
  constexpr std::string_view str() const { return text_; }

 private:
  static constexpr bool is_refused(std::string_view name) {
    if (name.starts_with("on")) return true;  // onclick and the like
    for (const std::string_view refused :
         {"script", "iframe", "object", "embed", "base", "img", "form", "href", "src", "srcset",
          "style", "action", "formaction", "data", "srcdoc"}) {
      if (name == refused) return true;
    }
    return false;
  }
  std::string_view text_;
};

// Text of ours that is written as it is: the style sheet, and nothing that came from a machine.
class HtmlOwn {
 public:
  consteval HtmlOwn(const char* text) : text_(text) {}
  constexpr std::string_view str() const { return text_; }

 private:
  std::string_view text_;
};

struct HtmlAttribute {
  HtmlName name;
  std::string value;
};
using HtmlAttributes = std::initializer_list<HtmlAttribute>;

class Html {
 public:
  // Closes its element at the end of its scope.
  class [[nodiscard]] Element {
   public:
    Element(Html& html, HtmlName name) : html_(html), name_(name) {}
    ~Element() { html_.close(name_); }
    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;

   private:
    Html& html_;
    HtmlName name_;
  };

  Element element(HtmlName name, HtmlAttributes attributes = {});
  void text(std::string_view text);
  // A dotted name, which may break behind each dot.
  void name(std::string_view name);
  // An element that holds text alone, or nothing: <path/>.
  void leaf(HtmlName name, std::string_view text, HtmlAttributes attributes = {});
  void empty(HtmlName name, HtmlAttributes attributes = {});
  // To the element of that id in this page.
  Element link(std::string_view id, HtmlAttributes attributes = {});
  // The drawing of that id, defined in this page, as a picture that says nothing by itself.
  void symbol(std::string_view id);
  void doctype();
  void style(HtmlOwn sheet);

  const std::string& str() const { return out_; }

 private:
  void begin(HtmlName name, HtmlAttributes attributes);
  void close(HtmlName name);
  std::string out_;
};

// Without control, format and direction characters, invalid UTF-8 as U+FFFD or '?', and with the
// five characters of markup as entities: for HTML and XML alike.
std::string markup_escaped(std::string_view text);

}  // namespace ga
