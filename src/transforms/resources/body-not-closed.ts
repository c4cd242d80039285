import {
  acquiredBy,
  BODY,
  bodyIsOver,
  defineRule,
  finding,
  handsOut,
  importsOf,
  mendResource,
  messageOf,
  ownLeaks,
  tierOf,
  witnessOf,
} from "../../rule/index.ts";

/**
 * A response whose body is not closed on some path.
 *
 *     resp, err := http.Get(url)               resp, err := http.Get(url)
 *     if err != nil {                          if err != nil {
 *         return err                               return err
 *     }                                  =>    }
 *     return json.NewDecoder(resp.Body).       defer resp.Body.Close()
 *         Decode(v)                            return json.NewDecoder(resp.Body).
 *                                                  Decode(v)
 *
 * The body is never nil when the error is, Close may be called twice, and nobody else has this body: so the defer is safe.
 */
export default defineRule({
  id: "body-not-closed",
  family: "resources",
  title: "response body that is not closed on every path",
  why: "Until its body is closed a response keeps its connection, and the two goroutines that serve it: the connection is not used again, and each call leaks a little more.",
  fixSafety:
    "A deferred Close is safe: it stands after the error check, the body leaves the function on no path, and a second Close does nothing. A Close that ends the function already gives way to the deferred one; where it stands further up, up to three exits that lack it get one of their own. Where the response leaves on other paths, Close goes before the returns that keep it. In a loop the fix is unsafe: it closes on each way out of the turn, or puts the turn into a function literal.",
  silent:
    "The response or its body is returned, stored, sent, captured by a literal that outlives the call, or passed to a function that is not known to leave it open; the path ends in main.main, a panic or an exit; the error goes into something that is no local; Result of an httptest recorder, whose body holds nothing. Pedantic where only a failing test leaks it, where the process ends with the function, and where a test drops it and does not ask that the call succeeds; for HEAD; in tests, too, where the status asked for has no body, where the body is read to its end, where the client has a transport that the tests declare, and where the handlers that the test writes out write no body.",
  sources: ["https://pkg.go.dev/net/http#Client.Do", "https://pkg.go.dev/golang.org/x/tools/go/analysis/passes/httpresponse"],
  since: "0.1.0",
  tier: "recommended",
  triggers: acquiredBy([BODY]),
  imports: importsOf([BODY]),
  handsOut: handsOut([BODY]),
  *check(pkg) {
    for (const leak of ownLeaks(pkg, BODY)) {
      yield finding(this, leak.call, messageOf(leak), mendResource(leak), {
        related: witnessOf(leak),
        tier: bodyIsOver(leak) ? "pedantic" : tierOf(leak),
      });
    }
  },
});
