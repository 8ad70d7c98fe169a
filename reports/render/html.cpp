#include "reports/render/html.h"

#include <algorithm>

#include "reports/render/layout.h"

namespace ga {

std::string markup_escaped(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void Html::begin(HtmlName name, HtmlAttributes attributes) {
  out_ += '<';
  out_ += name.str();
  for (const HtmlAttribute& attribute : attributes) {
    out_ += ' ';
    out_ += attribute.name.str();
    out_ += "=\"" + markup_escaped(attribute.value) + '"';
  }
}

Html::Element Html::element(HtmlName name, HtmlAttributes attributes) {
  begin(name, attributes);
  out_ += '>';
  return {*this, name};
}

void Html::close(HtmlName name) {
  out_ += "</";
  out_ += name.str();
  out_ += '>';
  for (const std::string_view block : {"tr", "section", "article", "li", "p", "div", "h2", "dd"}) {
    if (name.str() == block) out_ += '\n';
  }
}

void Html::text(std::string_view text) { out_ += markup_escaped(text); }

void Html::name(std::string_view name) {
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t dot = std::min(name.find_first_of("._", at), name.size() - 1);
    text(name.substr(at, dot + 1 - at));
    at = dot + 1;
    if (at < name.size()) out_ += "<wbr>";
  }
}

void Html::leaf(HtmlName name, std::string_view content, HtmlAttributes attributes) {
  const auto inner = element(name, attributes);
  text(content);
}

void Html::empty(HtmlName name, HtmlAttributes attributes) {
  begin(name, attributes);
  out_ += "/>";
}

Html::Element Html::link(std::string_view id, HtmlAttributes attributes) {
  begin("a", attributes);
  out_ += " href=\"#" + markup_escaped(id) + "\">";
  return {*this, "a"};
}

void Html::symbol(std::string_view id) {
  out_ += "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#" + markup_escaped(id) + "\"/></svg>";
}

void Html::doctype() { out_ += "<!doctype html>\n"; }

void Html::style(HtmlOwn sheet) {
  out_ += "<style>";
  out_ += sheet.str();
  out_ += "</style>\n";
}

}  // namespace ga
