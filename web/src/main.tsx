import { render } from "preact";
import "./style/tokens.css";
import "./style/base.css";
import "./style/frame.css";
import "./style/buttons.css";
import "./style/cards.css";
import "./style/tables.css";
import "./style/above.css";
import "./style/pages.css";
import "./style/forms.css";
import "./app/theme";
import { App } from "./app/app";

render(<App />, document.getElementById("app")!);
