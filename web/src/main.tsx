import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";
import "./style/forms.css";
import "./app/theme";
import { App } from "./app/app";

render(<App />, document.getElementById("app")!);
